"""The command `wangge`: the embedded whole, one service each, and what operators do from a terminal."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from deploy.failure import CommandFailed

# Only what this module needs at once is imported above: `wangge --help` is quick, and an image that holds one service
# has no use for the others' packages. Each command imports its own work.

HELP = "\n\n".join(
    (
        "Wangge 网格: grid governance, from a resident's report 诉求 to a kept agreement 化解.",
        "[bold]wangge up[/bold] starts everything on this machine; --help after a command tells all about it.",
        "The other commands ask a running Wangge: at --url or WANGGE_URL (by default where [bold]wangge up[/bold] "
        "listens here), as WANGGE_USER with WANGGE_PASSWORD (by default admin, with the password that is kept in the "
        "data folder WANGGE_DATA). Services on addresses of their own are named by WANGGE_INTAKE_URL, "
        "WANGGE_MEDIATION_URL and WANGGE_NOTIFY_URL.",
    )
)
RUN, WORK, OPERATE, LOOK = "Run 运行", "Work 业务", "Operate 运维", "Look 查看"

app = typer.Typer(
    name="wangge",
    help=HELP,
    rich_markup_mode="rich",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Url = Annotated[str | None, typer.Option("--url", help="Wangge's address, instead of WANGGE_URL.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of words.")]
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="intake 受理, mediation 调解 or notify 告知.")]
AnyService = Annotated[
    str | None, typer.Argument(metavar="[SERVICE]", help="intake, mediation or notify; all three without it.")
]
Cause = Annotated[
    str | None,
    typer.Option("--cause", help="Only this cause: unreadable, invalid, changed, refused or row.", show_default=False),
]


# Run


@app.command(rich_help_panel=RUN)
def up(
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Load the demo community 长治路二社区 (once).")] = True,
) -> None:
    """Start everything here: Kafka, the three services and the one address before them.

    Prints the address, the user and the password when all is ready. Ctrl-C stops everything, in order. A second start
    finds all data again. What can be set (ports, folder, a Kafka or databases elsewhere): [bold]wangge config
    show[/bold].
    """
    from deploy.commands.running import run_up

    raise typer.Exit(run_up(demo=demo))


@app.command(rich_help_panel=RUN)
def intake() -> None:
    """Run the service intake 受理 alone: reports in, triage, admission. Settings come from WANGGE_…"""
    from deploy.commands.running import run_service

    run_service("intake")


@app.command(rich_help_panel=RUN)
def mediation() -> None:
    """Run the service mediation 调解 alone: disputes, 3+N groups, agreements. Settings come from WANGGE_…"""
    from deploy.commands.running import run_service

    run_service("mediation")


@app.command(rich_help_panel=RUN)
def notify() -> None:
    """Run the service notify 告知 alone: who must know is told. Settings come from WANGGE_…"""
    from deploy.commands.running import run_service

    run_service("notify")


@app.command(rich_help_panel=RUN)
def prepare(
    jars_only: Annotated[bool, typer.Option("--jars-only", help="Fetch Kafka's jars, and no more.")] = False,
) -> None:
    """Do beforehand what a first [bold]wangge up[/bold] waits for: fetch Kafka's jars, record its quick start."""
    from deploy.commands.running import run_prepare

    run_prepare(jars_only=jars_only)


# Work


@app.command(name="import", rich_help_panel=WORK)
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX file as a mailbox or a hotline exports it.")],
    channel: Annotated[
        str, typer.Option(help="Where the reports came from: mailbox, hotline_12345, police_110, chat, …")
    ] = "mailbox",
    accept_above: Annotated[
        float | None,
        typer.Option(
            min=0.5, max=1, help="Accept suggested kinds of at least this confidence, and admit disputes (受理)."
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=HEADER", help="Name a column's header, such as external_id=编号; repeatable."),
    ] = None,
    station: Annotated[
        str | None, typer.Option(help="The station (派出所) that the reports belong to.", show_default=False)
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=500, help="Rows per request.")] = 100,
    parallel: Annotated[int, typer.Option(min=1, max=8, help="Requests under way at once.")] = 3,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a server that restarts.")] = 300.0,
    json: Json = False,
    url: Url = None,
) -> None:
    """Take the reports of a file in (导入).

    Headers may be Chinese (留言编号, 留言主题, 留言时间, 留言详情, …), the text UTF-8 or GB18030. A row that cannot be
    taken is parked (搁置) with its line and reason, and the rest goes on. A row is known by channel and number: the
    same file twice adds nothing, and an import that was broken off is simply started again.
    """
    from deploy.commands.importing import ImportOptions, run_import

    run_import(
        ImportOptions(
            file=file,
            channel=channel,
            accept_above=accept_above,
            mapping=tuple(mapping or ()),
            station=station,
            batch=batch,
            parallel=parallel,
            patience=patience,
        ),
        url=url,
        as_json=json,
    )


@app.command(rich_help_panel=WORK)
def register(
    file: Annotated[Path, typer.Argument(help="The register's workbook (.xlsx), as the template has it.")],
    check: Annotated[bool, typer.Option("--check", help="Only check it: nothing is stored.")] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Write the workbook to fill in to FILE, and stop.")
    ] = False,
    json: Json = False,
    url: Url = None,
) -> None:
    """Take the register's workbook in (台账): communities, grids, compounds, buildings, units, posts, volunteers.

    All rows are checked before anything is stored, and every error is named with its sheet and row. The same workbook
    twice adds nothing; a changed row changes what it says.
    """
    from deploy.commands.registering import RegisterOptions, run_register, run_template

    if template:
        run_template(file)
    else:
        run_register(RegisterOptions(file, check=check), url=url, as_json=json)


@app.command(rich_help_panel=WORK)
def demo(url: Url = None) -> None:
    """Load the demo community 长治路二社区 into a running Wangge; what is there already is not loaded twice."""
    from deploy.commands.running import run_demo

    run_demo(url)


@app.command(rich_help_panel=WORK)
def erase(
    person: Annotated[str, typer.Argument(help="The person's id, as the services show it.")],
    reason: Annotated[str, typer.Option(help="Why, at least three characters; it is kept.")],
    yes: Annotated[
        str | None, typer.Option("--yes", metavar="PERSON", help="The person's id again, instead of typing it.")
    ] = None,
    url: Url = None,
) -> None:
    """Make all that is kept about a person unreadable, in every service (销毁个人信息). It cannot be undone."""
    from deploy.commands.erasing import run_erase

    run_erase(person, reason, yes, url)


# Operate

parked = typer.Typer(rich_markup_mode="rich", help="", no_args_is_help=False)


class ListUnlessTold(TyperGroup):
    """`wangge parked [SERVICE]` lists; `retry` and `drop` are asked for by name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app.add_typer(
    parked,
    name="parked",
    cls=ListUnlessTold,
    rich_help_panel=OPERATE,
    help="""Messages and rows that could not be handled and wait for a person (搁置): list, retry or drop them.

    [bold]wangge parked [/bold][[SERVICE]] [[--cause CAUSE]] lists them; payloads are sealed and never shown.
    """,
)

ParkedIds = Annotated[list[str] | None, typer.Option("--id", help="Only this message; repeatable.", show_default=False)]
Number = Annotated[
    int | None, typer.Option("--yes", metavar="N", help="The exact number shown, instead of typing it.", min=0)
]
Rate = Annotated[float, typer.Option(min=0.1, max=1000, help="At most so many a second.")]


@parked.command(name="list")
def parked_list(
    service: AnyService = None,
    cause: Cause = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many of each service.")] = 50,
    json: Json = False,
    url: Url = None,
) -> None:
    """List what is parked, with counts by cause; `list` may be left out."""
    from deploy.commands.parked import run_list

    run_list(service, cause, limit, url, as_json=json)


@parked.command(name="retry")
def parked_retry(
    service: ServiceName,
    cause: Cause = None,
    id: ParkedIds = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be tried, and try nothing.")] = False,
    rate: Rate = 10.0,
    yes: Number = None,
    url: Url = None,
) -> None:
    """Try parked messages again (重试). The exact number is shown first and has to be typed."""
    from deploy.commands.parked import run_retry

    run_retry(service, cause, id, yes, rate, url, dry_run=dry_run)


@parked.command(name="drop")
def parked_drop(
    service: ServiceName,
    reason: Annotated[str, typer.Option(help="Why they need not be handled, at least three characters; it is kept.")],
    cause: Cause = None,
    id: ParkedIds = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be dropped, and drop nothing.")] = False,
    rate: Rate = 50.0,
    yes: Number = None,
    url: Url = None,
) -> None:
    """Decide that parked messages are not to be handled (放弃). The exact number is shown first and has to be typed."""
    from deploy.commands.parked import run_drop

    run_drop(service, reason, cause, id, yes, rate, url, dry_run=dry_run)


@app.command(rich_help_panel=OPERATE)
def verify(service: AnyService = None, json: Json = False, url: Url = None) -> None:
    """Walk the hash chain of the stores (核验) and name the first event that was tampered with, if there is one."""
    from deploy.commands.stores import run_verify

    run_verify(service, url, as_json=json)


@app.command(rich_help_panel=OPERATE)
def rebuild(
    service: ServiceName,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The read model; a wrong name lists those there are.")],
    url: Url = None,
) -> None:
    """Build a read model anew beside the live one, and swap it in without downtime (重建)."""
    from deploy.commands.stores import run_rebuild

    run_rebuild(service, name, url)


@app.command(rich_help_panel=OPERATE)
def republish(service: ServiceName, url: Url = None) -> None:
    """Publish all of a service's events again (重发), after Kafka lost them; receivers drop what they have."""
    from deploy.commands.stores import run_republish

    run_republish(service, url)


# Look


@app.command(rich_help_panel=LOOK)
def facts(
    community: Annotated[
        str | None, typer.Option(help="Another community of the register than the demo's.", show_default=False)
    ] = None,
    json: Json = False,
    url: Url = None,
) -> None:
    """Ask the running services for the figures of the community and its two stories, each of its own read models."""
    from deploy.commands.facts import run_facts

    run_facts(community, url, as_json=json)


@app.command(rich_help_panel=LOOK)
def doctor(json: Json = False, url: Url = None) -> None:
    """Examine this installation (体检): each problem with the command that mends it. Ends with 1 if there is any."""
    from deploy.commands.doctor import run_doctor

    raise typer.Exit(run_doctor(url, as_json=json))


evaluate = typer.Typer(rich_markup_mode="rich", no_args_is_help=True)
app.add_typer(evaluate, name="evaluate", rich_help_panel=LOOK, help="Measure suggestions on labelled messages (评测).")


@evaluate.callback()
def _evaluate() -> None:
    """Measure suggestions on labelled messages (评测)."""


@evaluate.command(name="kinds")
def evaluate_kinds(
    messages: Annotated[Path, typer.Option(help="The messages: a file as `wangge import` reads it.")],
    labels: Annotated[Path, typer.Option(help="CSV with the columns 留言编号 (or id) and kind.")],
    json: Json = False,
) -> None:
    """Precision, recall and F1 of the suggested kinds (分类), by cross-validation; asks no service."""
    from deploy.commands.evaluating import run_kinds

    run_kinds(messages, labels, as_json=json)


@evaluate.command(name="duplicates")
def evaluate_duplicates(
    messages: Annotated[Path, typer.Option(help="The messages: a file as `wangge import` reads it.")],
    clusters: Annotated[Path, typer.Option(help="CSV with the columns 留言编号 (or id) and cluster.")],
    not_same: Annotated[Path, typer.Option(help="CSV with the columns a and b: look-alikes that are not the same.")],
    json: Json = False,
) -> None:
    """Pairwise precision and recall of reports suggested as one matter (同一事项); asks no service."""
    from deploy.commands.evaluating import run_duplicates

    run_duplicates(messages, clusters, not_same, as_json=json)


config = typer.Typer(rich_markup_mode="rich", no_args_is_help=True)
app.add_typer(config, name="config", rich_help_panel=LOOK, help="What is set by the environment (配置).")


@config.callback()
def _config() -> None:
    """What is set by the environment (配置)."""


@config.command(name="show")
def config_show(json: Json = False) -> None:
    """Every setting with its value, where it comes from and what it does; secrets are not shown."""
    from deploy.commands.config import run_show

    run_show(as_json=json)


def main() -> None:
    """The console script. What can be expected to fail is told in one sentence, without a traceback."""
    try:
        app()
    except CommandFailed as reason:
        _fail(str(reason))
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in ("deploy", "shared"):
            raise
        _fail(
            f"This installation lacks {missing.name}, which the command needs: install the whole "
            "(pip install 'wangge[embedded]'), or run the command where it is installed."
        )


def _fail(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
