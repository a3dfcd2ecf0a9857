"""A book that fails degrades, is said so once, and nothing promised is lost."""

from __future__ import annotations

import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from voiceagent.errors import StoreError
from voiceagent.store import book as books
from voiceagent.store import database
from voiceagent.store.book import Book, BookTrouble
from voiceagent.store.database import DatabaseFile

pytestmark = pytest.mark.fault

TABLES = "CREATE TABLE IF NOT EXISTS words (word TEXT PRIMARY KEY, n INTEGER);"
INSERT = "INSERT OR IGNORE INTO words VALUES (?, ?)"


def file_at(path: Path | None) -> DatabaseFile:
    return DatabaseFile(path, TABLES, 1, "store.folder")


def opened(path: Path | None) -> Book:
    return Book(file_at(path), "words")


def words(book: Book) -> list[str]:
    return [row[0] for row in book.read("SELECT word FROM words ORDER BY rowid")]


def add(book: Book, *new: str) -> None:
    for word in new:
        book.write((INSERT, (word, 1)))


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is looked at again with every call."""
    monkeypatch.setattr(books, "LOOK_AGAIN", 0.0)
    monkeypatch.setattr(books, "LOOK_LATEST", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "words.sqlite"


def holder(path: Path) -> sqlite3.Connection:
    """Another program that writes for long."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    return db


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for."""
    monkeypatch.setattr(books, "BUSY", 0.01)


def test_a_book_that_is_well_says_nothing(path: Path) -> None:
    book = opened(path)
    add(book, "one")
    assert book.kept and book.troubles() == [] and words(book) == ["one"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    book.close()
    assert words(opened(path)) == ["one"]


@pytest.mark.usefixtures("hasty", "soon")
def test_a_locked_book_goes_on_and_writes_what_it_missed(path: Path) -> None:
    book, told = opened(path), list[BookTrouble]()
    book.troubles(told.append)
    add(book, "one")
    with closing(holder(path)):
        add(book, "two", "three")
        assert not book.kept and words(book) == ["one", "two", "three"]
        (trouble,) = told
        assert trouble.said == "I can't keep words now: another program holds it."
        assert "another program" in trouble.why and "stop the other" in trouble.hint
    assert words(book) == ["one", "two", "three"] and book.kept
    book.close()
    assert words(opened(path)) == ["one", "two", "three"]


@pytest.mark.usefixtures("hasty", "soon")
def test_what_another_program_wrote_meanwhile_stays(path: Path) -> None:
    book = opened(path)
    add(book, "one")
    with closing(holder(path)) as other:
        add(book, "mine", "both")
        other.execute(INSERT, ("theirs", 2))
        other.execute(INSERT, ("both", 2))
        other.execute("COMMIT")
    assert words(book) == ["one", "theirs", "both", "mine"]
    assert book.read("SELECT n FROM words WHERE word = 'both'") == [(2,)]


@pytest.mark.usefixtures("hasty")
def test_a_book_that_is_closed_gives_what_it_holds_to_the_file(path: Path) -> None:
    book = opened(path)
    with closing(holder(path)):
        add(book, "one")
    book.close()
    assert words(opened(path)) == ["one"]
    with pytest.raises(StoreError, match="closed"):
        words(book)
    path.unlink()
    with pytest.raises(StoreError, match="closed"):
        words(book)


@pytest.mark.usefixtures("hasty", "soon")
def test_what_must_be_kept_is_refused_where_it_is_not(path: Path) -> None:
    book = opened(path)
    with closing(holder(path)):
        for _ in range(2):
            with pytest.raises(StoreError, match="could not be written"):
                book.write((INSERT, ("one", 1)), must=True)
        assert words(book) == []
        add(book, "two")
        with pytest.raises(StoreError, match="another program holds it"):
            book.transact(lambda db: db.execute(INSERT, ("one", 1)))
    assert book.transact(lambda db: db.execute(INSERT, ("three", 1)).rowcount) == 1
    assert words(book) == ["two", "three"]


def test_a_transaction_that_raises_changes_nothing(path: Path) -> None:
    book = opened(path)

    def broken(db: sqlite3.Connection) -> None:
        db.execute(INSERT, ("one", 1))
        raise RuntimeError("over the cap")

    with pytest.raises(RuntimeError):
        book.transact(broken)
    assert words(book) == [] and book.kept


def test_wrong_sql_is_no_fault_of_the_file(path: Path) -> None:
    book = opened(path)
    for act in (book.read, lambda sql: book.write((sql, ()))):
        with pytest.raises(StoreError):
            act("NO SUCH THING")
    assert book.kept and book.troubles() == []


def in_memory(path: Path) -> list[str]:
    """Five open: what was in the file, one word more, and what is told."""
    book = opened(path)
    add(book, "new")
    found = words(book)
    (trouble,) = book.troubles()
    assert trouble.said.startswith("I can't keep words now")
    assert trouble.hint and not book.kept
    return found


def seeded(path: Path) -> Path:
    book = opened(path)
    add(book, "one", "two")
    book.close()
    return path


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)
    assert in_memory(path) == ["new"] and path.is_dir()


def test_a_file_where_the_folder_should_be(path: Path) -> None:
    path.parent.write_text("no folder")
    assert in_memory(path) == ["new"]


def test_a_newer_file_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(seeded(path))) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    assert in_memory(path) == ["new"] and path.read_bytes() == before


def test_an_empty_file_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    book = opened(path)
    (trouble,) = book.troubles()
    assert "was empty" in trouble.why and book.kept
    assert opened(path).troubles() == []


def overwritten(path: Path, seed: int) -> None:
    """Pages in the middle are noise."""
    noise = random.Random(seed)
    with path.open("r+b") as file:
        for page in (2, 5, 9):
            file.seek(page * 4096)
            file.write(noise.randbytes(4096))


def large(path: Path) -> list[str]:
    book = opened(path)
    many = [f"word {number} " + "x" * 200 for number in range(400)]
    book.write(*((INSERT, (word, 1)) for word in many))
    book.close()
    return many


@pytest.mark.parametrize("seed", range(4))
def test_what_is_left_of_a_damaged_file_is_saved(seed: int, path: Path) -> None:
    many = large(path)
    overwritten(path, seed)
    broken = path.read_bytes()
    book = opened(path)
    found = words(book)
    assert book.kept and set(found) <= set(many) and len(found) > 100
    (trouble,) = book.troubles()
    assert f"{len(found)} entries were saved" in trouble.why
    assert book.moved_aside is not None and book.moved_aside.read_bytes() == broken
    add(book, "new")
    book.close()
    again = opened(path)
    assert words(again) == [*found, "new"] and again.troubles() == []


def test_damage_that_shows_while_it_runs_is_mended(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(path)
    monkeypatch.setattr(database, "CHECKED", 0)  # as with a very large file
    book = opened(path)
    assert book.read("SELECT 1") == [(1,)]
    overwritten(path, 1)
    monkeypatch.undo()
    found = words(book)
    assert len(found) > 100 and book.moved_aside is not None and book.kept
    assert [trouble.why.count("was damaged") for trouble in book.troubles()] == [1]


@pytest.mark.parametrize("left", [3, 10, 4096, 4096 * 5 + 17])
def test_a_torn_end_is_mended(path: Path, left: int) -> None:
    many = large(path)
    with path.open("r+b") as file:
        file.truncate(left)
    book = opened(path)
    assert set(words(book)) <= set(many) and book.kept
    assert book.troubles() and book.moved_aside is not None


def test_a_file_that_is_taken_away_is_begun_anew(path: Path) -> None:
    book = opened(path)
    add(book, "one")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink()
    add(book, "two")
    book.close()
    assert words(opened(path)) == ["two"]


def test_a_folder_that_comes_while_it_runs_loses_nothing(path: Path) -> None:
    book = opened(path)
    add(book, "one")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink()
    path.mkdir()
    add(book, "two")
    assert words(book) == ["one", "two"] and not book.kept
    path.rmdir()
    book.close()
    assert words(opened(path)) == ["one", "two"]


def test_more_than_is_remembered_leaves_the_file_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch, hasty: None, soon: None
) -> None:
    monkeypatch.setattr(books, "MOST", 3)
    book = opened(path)
    with closing(holder(path)):
        add(book, *"abcde")
    assert words(book) == list("abcde") and not book.kept
    book.close()
    assert words(opened(path)) == []


def test_a_damaged_file_of_an_older_shape_is_saved_too(path: Path) -> None:
    """The table had a column less, and there was no second one."""
    many = large(path)
    overwritten(path, 5)
    wider = TABLES.replace("n INTEGER", "n INTEGER, note TEXT") + (
        "CREATE TABLE IF NOT EXISTS more (id TEXT PRIMARY KEY);"
    )
    steps = ("UPDATE words SET note = 'brought on';",)
    file = DatabaseFile(path, wider, 2, "store.folder", steps=steps)
    book = Book(file, "words")
    found = words(book)
    assert len(found) > 100 and set(found) <= set(many)
    assert book.read("SELECT DISTINCT note FROM words") == [("brought on",)]


def test_behind_a_link(path: Path, tmp_path: Path) -> None:
    """The file may lie on another disk; it is mended where it lies."""
    large(tmp_path / "there" / "words.sqlite")
    path.parent.mkdir()
    path.symlink_to(tmp_path / "there" / "words.sqlite")
    overwritten(path, 3)
    book = opened(path)
    assert len(words(book)) > 100 and path.is_symlink()
    assert book.moved_aside == tmp_path / "there" / "words.corrupt-1"
    add(book, "new")
    book.close()
    assert words(opened(tmp_path / "there" / "words.sqlite"))[-1] == "new"


def test_two_programs_mend_one_file_once(path: Path) -> None:
    large(path)
    overwritten(path, 4)
    with ThreadPoolExecutor(4) as several:
        found = list(several.map(lambda _: opened(path), range(4)))
    assert len({tuple(words(book)) for book in found}) == 1
    assert len(list(path.parent.glob("*.corrupt-*"))) == 1
    assert sum(len(book.troubles()) for book in found) == 1


def test_the_same_trouble_is_told_once_an_hour(
    path: Path, hasty: None, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [0.0]
    monkeypatch.setattr(books, "perf", lambda: at[0])
    book, told = opened(path), list[BookTrouble]()
    book.troubles(told.append)
    for moment, count in ((0.0, 1), (60.0, 1), (3700.0, 2)):
        at[0] = moment
        with closing(holder(path)):
            add(book, str(moment))
        assert words(book) and book.kept and len(told) == count


def test_two_programs_on_one_book(path: Path) -> None:
    one, other = opened(path), opened(path)
    add(one, "one")
    add(other, "two")
    add(one, "three")
    assert words(one) == words(other) == ["one", "two", "three"]
    assert one.kept and other.kept
    one.close()
    other.close()
