/* A date that one process can set for itself: the clock of the machine is not touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
static long long off;
int fake_clock_is_here(void) { return 1; }
int clock_gettime(clockid_t id, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int code = real(id, t);
  if (!code && id == CLOCK_REALTIME) {
    long long all = t->tv_sec * 1000000000LL + t->tv_nsec + off;
    t->tv_sec = all / 1000000000LL; t->tv_nsec = all % 1000000000LL;
  }
  return code;
}
int clock_settime(clockid_t id, const struct timespec *to) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  off += (to->tv_sec - now.tv_sec) * 1000000000LL + (to->tv_nsec - now.tv_nsec);
  return 0;
}
time_t time(time_t *p) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); if (p) *p = t.tv_sec; return t.tv_sec; }
int gettimeofday(struct timeval *restrict v, void *restrict z) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); v->tv_sec = t.tv_sec; v->tv_usec = t.tv_nsec / 1000; return 0; }
