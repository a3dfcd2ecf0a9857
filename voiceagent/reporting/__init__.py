"""Parts of the HTML report: escaping, charts, turn cards, style."""

__all__: list[str] = []
