"""The catalogs: complete, whole in their places, and one at run time."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from shared.web.languages import Languages
from shared.web.translations import compile_all, faults, main, parts

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A shared part and a service with a template, both translated."""
    write(tmp_path / "shared" / "web" / "app.py", 'mark("Not found")\n_("Sign in")\n')
    write(tmp_path / "shared" / "access" / "rights.py", "")
    write(
        tmp_path / "shared" / "web" / "locales" / "zh_CN" / "LC_MESSAGES" / "messages.po",
        HEADER + '\nmsgid "Not found"\nmsgstr "找不到"\n\nmsgid "Sign in"\nmsgstr "登录"\n',
    )
    write(tmp_path / "services" / "intake" / "__init__.py", "")
    write(
        tmp_path / "services" / "intake" / "templates" / "list.html",
        '{{ _("Reports") }}{{ _("Sign in") }}{{ ngettext("%(num)s report", "%(num)s reports", 3) }}',
    )
    write(
        tmp_path / "services" / "intake" / "locales" / "zh_CN" / "LC_MESSAGES" / "messages.po",
        HEADER
        + '\nmsgid "Reports"\nmsgstr "诉求"\n'
        + '\nmsgid "%(num)s report"\nmsgid_plural "%(num)s reports"\nmsgstr[0] "%(num)s 件"\n',
    )
    return tmp_path


def po(root: Path) -> Path:
    return root / "services" / "intake" / "locales" / "zh_CN" / "LC_MESSAGES" / "messages.po"


def test_our_catalogs_are_complete() -> None:
    shared, *_ = parts()
    assert shared.po.is_file()
    assert [fault for fault in faults() if "shared/web/" in fault] == []


def test_complete_catalogs_pass(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert faults(root) == []
    assert main(["--check"], root) == 0
    assert "complete" in capsys.readouterr().out


def test_a_text_without_chinese_is_named_with_its_place(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root / "services" / "intake" / "pages.py", '\nmark("Admitted")\n')
    assert main(["--check"], root) == 1
    told = capsys.readouterr().err
    assert "services/intake/pages.py:2: no Chinese for 'Admitted'" in told


def test_an_untranslated_entry_is_a_fault(root: Path) -> None:
    po(root).write_text(po(root).read_text(encoding="utf-8").replace("诉求", ""), encoding="utf-8")
    assert len(faults(root)) == 1


def test_a_translation_that_loses_a_place_is_a_fault(root: Path) -> None:
    text = po(root).read_text(encoding="utf-8")
    po(root).write_text(text.replace("%(num)s 件", "若干件"), encoding="utf-8")
    assert len(faults(root)) == 1
    assert "same places" in faults(root)[0]


@pytest.mark.parametrize(
    ("translated", "wrong"),
    [
        ("{code} 号诉求已结案", "lost {kind}"),
        ("{code} 号{knd}诉求已结案", "lost {kind}, invented {knd}"),
        ("{code} 号{kind}诉求已结案 %(code)s", "invented %(code)"),
        ("{code} 号{kind诉求已结案", "invented a brace that stands alone"),
        ("{kind!s}诉求 {code:>8} 已结案{{", None),
    ],
)
def test_a_refusal_in_chinese_has_the_values_of_the_english_one(root: Path, translated: str, wrong: str | None) -> None:
    text = po(root).read_text(encoding="utf-8")
    entry = f'\nmsgid "Report {{code}} of kind {{kind}} is closed."\nmsgstr "{translated}"\n'
    po(root).write_text(text + entry, encoding="utf-8")
    found = faults(root)
    if wrong is None:
        assert found == []
    else:
        assert len(found) == 1
        assert translated in found[0]
        assert wrong in found[0]


def test_a_guess_of_a_tool_is_a_fault(root: Path) -> None:
    text = po(root).read_text(encoding="utf-8")
    po(root).write_text(text.replace('msgid "Reports"', '#, fuzzy\nmsgid "Reports"'), encoding="utf-8")
    assert "fuzzy" in faults(root)[0]


def test_an_update_takes_in_new_texts_keeps_translations_and_drops_what_is_gone(root: Path) -> None:
    write(root / "services" / "intake" / "pages.py", 'mark("Admitted")\nmark("Not found")\n')
    write(root / "services" / "intake" / "templates" / "list.html", '{{ _("Reports") }}')
    assert main(["--update"], root) == 0
    with po(root).open("rb") as file:
        catalog = read_po(file)
    # The shared catalog has "Not found" already.
    assert {entry.id: entry.string for entry in catalog if entry.id} == {"Reports": "诉求", "Admitted": ""}
    before = po(root).read_bytes()
    main(["--update"], root)
    assert po(root).read_bytes() == before


def test_an_entry_says_in_which_files_its_text_stands_and_not_on_which_line(root: Path) -> None:
    write(root / "services" / "intake" / "pages.py", '\n\nmark("Reports")\nmark("Reports")\n')
    main(["--update"], root)
    before = po(root).read_text(encoding="utf-8")
    files = "#: services/intake/pages.py services/intake/templates/list.html\n"
    assert f'{files}msgid "Reports"\nmsgstr "诉求"\n' in before
    write(root / "services" / "intake" / "pages.py", '\n\n\n\n\nmark("Reports")\n')
    main(["--update"], root)
    assert po(root).read_text(encoding="utf-8") == before


def test_a_new_service_gets_its_catalog_with_its_first_text(root: Path) -> None:
    write(root / "services" / "notify" / "__init__.py", "")
    main(["--update"], root)
    assert not (root / "services" / "notify" / "locales").exists()
    write(root / "services" / "notify" / "pages.py", 'mark("Inbox")\n')
    main(["--update"], root)
    assert (root / "services" / "notify" / "locales" / "zh_CN" / "LC_MESSAGES" / "messages.po").is_file()


def test_catalogs_are_one_at_run_time_compiled_or_not(root: Path) -> None:
    folder = root / "services" / "intake" / "locales"
    for compiled in (False, True):
        if compiled:
            assert len(compile_all(root)) == 2
        languages = Languages([folder])
        assert languages.text("zh-CN", "Reports") == "诉求"
        assert languages.text("zh-CN", "Not found") == "找不到"
        assert languages.text("zh-CN", "Nobody translated this") == "Nobody translated this"
        assert languages.text("en", "Reports") == "Reports"
        assert languages.translations("zh-CN").ngettext("%(num)s report", "%(num)s reports", 3) == "%(num)s 件"


def test_a_service_can_say_a_shared_sentence_in_its_own_words(root: Path) -> None:
    po(root).write_text(
        po(root).read_text(encoding="utf-8") + '\nmsgid "Not found"\nmsgstr "查无此件"\n', encoding="utf-8"
    )
    assert Languages([root / "services" / "intake" / "locales"]).text("zh-CN", "Not found") == "查无此件"
    assert Languages().text("zh-CN", "Not found") == "找不到"
