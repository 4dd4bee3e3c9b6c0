"""What stands in a cell that is merged with others?

A year or a building whose cells are merged is filled down; a figure is not: nobody can
say whether it belongs to each of the rows or to all of them together.
"""

from hengstats.intake.grid import Area, Grid, Place, Value


def covering(grid: Grid, height: int) -> dict[Place, Area]:
    """Return, for each merged cell that is not the first of its area, that area.

    Only the first rows are looked at, `height` of them.
    """
    return {
        (row, column): area
        for area in grid.merged
        for row in range(area[0], min(area[2] + 1, height))
        for column in range(area[1], min(area[3] + 1, area[1] + 512))
        if (row, column) != area[:2]
    }


def fill_down(grid: Grid, column: int, first: int) -> dict[int, Value]:
    """Return the values that merged cells of a column hand to the rows below."""
    filled: dict[int, Value] = {}
    for top, left, bottom, right in grid.merged:
        if left <= column <= right and bottom > top >= first:
            value = grid.value(top, left)
            filled |= dict.fromkeys(
                range(top + 1, min(bottom + 1, len(grid.rows))), value
            )
    return filled


def merged_figures(grid: Grid, columns: list[int], first: int) -> list[Place]:
    """Return the first cells of merged areas that hold a figure of several cells."""
    found = []
    for top, left, bottom, right in grid.merged:
        inside = [column for column in columns if left <= column <= right]
        cells = len(inside) * (bottom - max(top, first) + 1)
        if left in columns and cells > 1 and bottom >= first:
            if grid.value(top, left) not in (None, ""):
                found.append((top, left))
    return sorted(found)


def captions(grid: Grid, keys: list[int], figures: list[int], first: int) -> set[int]:
    """Return the rows whose text is merged over a key and a figure: a heading.

    The lower rows of such an area are blank, and no rows of the table either.
    """
    return {
        row
        for top, left, bottom, right in grid.merged
        if top >= first
        and left <= min(keys)
        and any(left <= column <= right for column in figures)
        for row in range(top, min(bottom + 1, len(grid.rows)))
    }
