"""What is not ready is not built: the release script says why and stops."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
READY = "# Changelog\n\n## Unreleased\n\n## 9.9.9\n\nAll of it.\n"
GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")


def git(folder: Path, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A committed project whose sources are not there, so that nothing can be built."""
    (tmp_path / "scripts" / "lib").mkdir(parents=True)
    for name in ("release", "lib/setup.sh"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts" / name)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "9.9.9"\n')
    (tmp_path / "CHANGELOG.md").write_text(READY)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "all")
    return tmp_path


def released(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [project / "scripts" / "release", *words], capture_output=True, text=True
    )


def refused(project: Path, *words: str) -> str:
    done = released(project, *words)
    assert done.returncode in (1, 2) and not done.stdout
    assert not (project / "out").exists(), "nothing was begun"
    return done.stderr


def test_what_is_not_committed_is_not_released(project: Path) -> None:
    (project / "new").touch()
    assert "not everything is committed" in refused(project)


def test_a_version_is_released_once(project: Path) -> None:
    git(project, "tag", "v9.9.9")
    assert "v9.9.9 is there already" in refused(project)


@pytest.mark.parametrize(
    ("changelog", "why"),
    [
        ("# Changelog\n\n## Unreleased\n", "no section `## 9.9.9`"),
        (READY.replace("ed\n\n## 9", "ed\n- more\n\n## 9"), "belongs under `## 9.9.9`"),
    ],
)
def test_the_changelog_says_what_is_in_it(
    project: Path, changelog: str, why: str
) -> None:
    (project / "CHANGELOG.md").write_text(changelog)
    git(project, "commit", "-qam", "changelog")
    assert why in refused(project)


def test_an_unknown_wish_is_refused(project: Path) -> None:
    assert "usage" in refused(project, "--publish")
