"""Which tier is asked, in what order and when: plans, records of speed, and the race.

plan (pure) > race > the first acceptable answer
  ^ latency book, breaker, prices, what may leave
"""
