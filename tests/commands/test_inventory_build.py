"""``preflight inventory build`` and the bill of materials: what is written, what is refused, what is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.conftest import begin, commit
from preflight.shell import workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
KEPT = ("bosun-tags", "flare-sms", "trident-experiments", "waypoint-personalise")
EXTRA = "pip install 'preflight-governance[site]'"
STRANGE = "is there already, and not one that this command wrote"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four vendors of the sample with all rules, committed."""
    return begin(tmp_path_factory.mktemp("few") / "registry", KEPT)


@pytest.fixture
def judged(few: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(few, tmp_path / "registry"))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Records of somebody else, without a schema, rules or git."""
    root = tmp_path / "plain"
    (root / "vendors").mkdir(parents=True)
    for name in ("acme", "beacon"):
        (root / "vendors" / f"{name}.yaml").write_text(f"name: {name.title()} & Sons\nurl: https://{name}.example\n")
    return root


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


# ---- What is written ------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_made_with_those_above_it(
    judged: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    target = tmp_path / "below" / "site"
    result = run("--root", judged, "inventory", "build", target)
    assert (result.code, result.out) == (0, "")
    assert result.err.splitlines()[-1] == f"4 vendors in {target / 'index.html'}"
    written = content(target)
    assert {"index.html", "vendors.html", "api/v1/index.json", "exports/inventory.xlsx", "feed.atom"} <= set(written)
    assert {f"vendors/{name}.html" for name in KEPT} <= set(written)
    assert names(tmp_path / "below") == ["site"]
    assert target.stat().st_mode & 0o777 == 0o777 & ~umask()


def umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def test_the_same_registry_gives_the_same_bytes_twice_and_from_a_commit(
    judged: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    assert run("--root", judged, "inventory", "build", one).code == 0
    assert run("--root", judged, "inventory", "build", two, "--no-cache").code == 0
    assert content(one) == content(two)
    assert json.loads((one / "site.json").read_text("utf-8"))["exact"] is True
    path = judged / "vendors" / "flare-sms.yaml"
    path.write_text(path.read_text("utf-8").replace("name: ", "name: New ", 1), "utf-8")
    commit(judged, "Rename it")
    (judged / "vendors" / "bosun-tags.yaml").unlink()
    assert run("--root", judged, "--at", "HEAD~1", "inventory", "build", three).code == 0
    assert content(one) == content(three)


def test_files_that_nobody_committed_are_shown_on_top_of_the_commit(
    judged: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    (judged / "vendors" / "bosun-tags.yaml").unlink()
    assert run("--root", judged, "inventory", "build", tmp_path / "site").code == 0
    assert json.loads((tmp_path / "site" / "site.json").read_text("utf-8"))["exact"] is False
    assert "on top of commit" in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_a_record_that_cannot_be_read_is_named_on_the_first_page(
    judged: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    (judged / "vendors" / "bosun-tags.yaml").write_text("name: [\n", "utf-8")
    assert run("--root", judged, "inventory", "build", tmp_path / "site").code == 0
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "vendors/bosun-tags.yaml" in page
    assert not (tmp_path / "site" / "vendors" / "bosun-tags.html").exists()


def test_records_without_rules_and_git_are_shown_too(plain: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    result = run("--root", plain, "inventory", "build", tmp_path / "site", "--title", "Our <tools>")
    assert result.code == 0
    assert "without verdicts: there are no rules here" in result.err
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "<title>Overview · Our &lt;tools&gt;</title>" in page
    assert json.loads((tmp_path / "site" / "site.json").read_text("utf-8")) == {
        "schema": "preflight/site/v1",
        "as_of": "2026-11-22",
        "commit": None,
        "exact": False,
    }
    assert "Acme &amp; Sons" in (tmp_path / "site" / "vendors" / "acme.html").read_text("utf-8")
    assert not (tmp_path / "site" / "feed.atom").exists()


def test_quiet_says_nothing(plain: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    result = run("--root", plain, "--quiet", "inventory", "build", tmp_path / "site")
    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only there work is shared with copies of the process")
def test_many_vendors_are_written_by_all_cores_to_the_same_bytes_as_by_one(
    tmp_path: Path, run: Callable[..., Result]
) -> None:
    root = tmp_path / "many"
    (root / "vendors").mkdir(parents=True)
    for number in range(workers.SERIAL + 1):
        (root / "vendors" / f"v{number:03}.yaml").write_text(f"name: Vendor {number}\n", "utf-8")
    assert run("--root", root, "inventory", "build", tmp_path / "all").code == 0
    alone = "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); sys.argv[0] = 'preflight'"
    program = f"{alone}; from preflight.__main__ import main; main()"
    order = ["--as-of", "2026-11-22", "--root", str(root), "inventory", "build", str(tmp_path / "one")]
    subprocess.run([sys.executable, "-c", program, *order], check=True, capture_output=True)
    assert content(tmp_path / "all") == content(tmp_path / "one")
    assert len(list((tmp_path / "one" / "vendors").glob("*.html"))) == workers.SERIAL + 1


# ---- What stands there ----------------------------------------------------------------------------


def test_a_site_is_replaced_with_all_that_was_in_it(plain: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    target = tmp_path / "site"
    assert run("--root", plain, "inventory", "build", target).code == 0
    (plain / "vendors" / "beacon.yaml").unlink()
    assert run("--root", plain, "inventory", "build", target).code == 0
    assert not (target / "vendors" / "beacon.html").exists()
    assert (target / "vendors" / "acme.html").is_file()
    assert names(tmp_path) == ["plain", "site"]


def test_an_empty_folder_is_taken(plain: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "site").mkdir()
    assert run("--root", plain, "inventory", "build", tmp_path / "site").code == 0
    assert (tmp_path / "site" / "index.html").is_file()


@pytest.mark.parametrize("what", ["other files", "the mark of another program", "a link"])
def test_what_is_not_ours_is_left_alone(what: str, plain: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    target = tmp_path / "site"
    if what == "a link":
        (tmp_path / "elsewhere").mkdir()
        target.symlink_to(tmp_path / "elsewhere")
    else:
        target.mkdir()
        (target / ("site.json" if what.startswith("the mark") else "index.html")).write_text('{"name": "mine"}')
    before = content(tmp_path)
    result = run("--root", plain, "inventory", "build", target)
    assert result.code == 2
    assert STRANGE in result.err
    assert "Name a folder that is not there yet, or one that it wrote before." in result.err
    assert content(tmp_path) == before


def test_a_file_in_the_place_is_refused(plain: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "site").write_text("mine")
    result = run("--root", plain, "inventory", "build", tmp_path / "site")
    assert result.code == 2
    assert "is a file" in result.err
    assert (tmp_path / "site").read_text() == "mine"


# ---- Nothing is left behind -----------------------------------------------------------------------


def test_rules_that_cannot_be_used_leave_the_old_site_and_nothing_else(
    judged: Path, plain: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    assert run("--root", plain, "inventory", "build", tmp_path / "site").code == 0
    before = content(tmp_path / "site")
    rule = judged / "policies" / "rules" / "security" / "no-shared-admin-accounts.yaml"
    rule.write_text(rule.read_text("utf-8").replace("level: red-flag", "level: redflag"), "utf-8")
    assert run("--root", judged, "inventory", "build", tmp_path / "site").code == 2
    assert content(tmp_path / "site") == before
    assert run("--root", judged, "inventory", "build", tmp_path / "a" / "b").code == 2
    assert names(tmp_path) == ["plain", "registry", "site"]


def test_a_folder_without_records_is_no_inventory(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "empty").mkdir()
    result = run("--root", tmp_path / "empty", "inventory", "build", tmp_path / "site")
    assert result.code == 2
    assert "no vendor file matches" in result.err
    assert names(tmp_path) == ["empty"]


def test_a_folder_that_nobody_may_write_in_is_told_of(plain: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    # Nobody may make a folder in /proc, not even an administrator.
    if not Path("/proc/self").is_dir():
        pytest.skip("there is no /proc here")
    result = run("--root", plain, "inventory", "build", "/proc/preflight-site")
    assert result.code == 2
    assert "/proc/preflight-site cannot be written" in result.err
    assert names(tmp_path) == ["plain"]


@pytest.mark.skipif(sys.platform != "linux", reason="signals are sent the way of Linux")
def test_ctrl_c_leaves_the_old_site_and_nothing_else(judged: Path, plain: Path, tmp_path: Path) -> None:
    order = [sys.executable, "-m", "preflight", "--as-of", "2026-11-22"]
    target = tmp_path / "sites" / "site"
    subprocess.run([*order, "--root", str(plain), "inventory", "build", str(target)], check=True, capture_output=True)
    before = content(tmp_path / "sites")
    again = [*order, "--root", str(judged), "inventory", "build", str(target)]
    with subprocess.Popen(again, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        end = time.monotonic() + 120
        while len(names(tmp_path / "sites")) == 1 and running.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert "Traceback" not in said
    assert content(tmp_path / "sites") == before


# ---- The extra ------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["jinja2", "altair", "vl_convert", "xlsxwriter", "icalendar", "cyclonedx"])
def test_without_the_extra_one_line_says_what_to_install(package: str, few: Path, tmp_path: Path) -> None:
    order = ["--root", str(few), "--as-of", "2026-11-22", "--quiet", "inventory", "build", str(tmp_path / "site")]
    done = without(package, *order)
    assert done.returncode == 2, done.stderr
    assert f"the package {package}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert EXTRA in done.stderr
    assert "Traceback" not in done.stderr
    assert names(tmp_path) == []


def test_the_lists_need_no_extra(few: Path) -> None:
    done = without("jinja2", "--root", str(few), "--as-of", "2026-11-22", "inventory", "list", "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("id,name,")


def test_the_bill_of_materials_needs_the_extra(few: Path) -> None:
    done = without("cyclonedx", "--root", str(few), "inventory", "list", "--format", "saasbom")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the bill of materials needs the package cyclonedx" in done.stderr
    assert EXTRA in done.stderr


def without(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run preflight where a package is not installed."""
    program = f"import sys; sys.modules[{package!r}] = None; from preflight.__main__ import main; sys.exit(main())"
    order = [sys.executable, "-c", program, *arguments]
    return subprocess.run(order, capture_output=True, text=True, check=False)


# ---- The bill of materials ------------------------------------------------------------------------


def test_the_bill_of_materials_is_valid_cyclonedx(judged: Path, run: Callable[..., Result]) -> None:
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - loads long
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - as above

    path = judged / "vendors" / "flare-sms.yaml"
    hostile = "<script>=cmd|' /C calc'!A0"
    path.write_text(path.read_text("utf-8").replace("name: ", f"name: {json.dumps(hostile)} #", 1), "utf-8")
    result = run("--root", judged, "inventory", "list", "--format", "saasbom")
    assert result.code == 0
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(result.out) is None
    bill = json.loads(result.out)
    assert {each["bom-ref"] for each in bill["services"]} >= {f"vendor:{name}" for name in KEPT}
    assert hostile in {each["name"] for each in bill["services"]}


def test_a_bill_of_materials_has_no_columns(few: Path, run: Callable[..., Result]) -> None:
    result = run("--root", few, "inventory", "list", "--format", "saasbom", "--column", "/name")
    assert result.code == 2
    assert "--column and --format saasbom exclude each other" in result.err
