"""Help pages and usage errors of click in Chinese: labels, metavars, option groups, the nearest known name."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

from xltool.errors import UsageError, XltoolError
from xltool.messages import catalogue

_MAX_SHORT_HELP = 200  # characters
_MAX_NAME_COLUMNS, _MIN_TEXT_COLUMNS = 30, 30
# Latin words with what follows them, or one Chinese character with the punctuation that may not begin a line.
_UNBREAKABLE = re.compile(
    "[\uff08\u201c]*(?:[\x21-\x7e]+|[^\x21-\x7e])[\uff0c\u3002\uff1b\uff1a\u3001\uff09\u201d\uff1f]*\x20?"
)
_MIN_SIMILARITY = 0.6  # of a mistyped name to the one that is suggested


class ChineseHelp(click.Command):
    """A command whose help page is in Chinese and lists options by group, the everyday ones first.

    ``command_groups`` names the headings of its commands, if it has any.
    """

    command_groups = "commands"

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the text of the page; a paragraph after a form feed character keeps its lines."""
        for paragraph in (self.help or "").split("\n\n"):
            formatter.write("\n")
            verbatim = paragraph.startswith("\b")
            lines = paragraph.split("\n")[1:] if verbatim else wrap_text(paragraph, formatter.width - 2)
            formatter.write("".join(f"  {line}\n" for line in lines))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line that shows how the command is called."""
        words = [catalogue.look_up_word("usage", "options")] if _list_optional(self, ctx) else []
        words += [_name_argument(parameter) for parameter in self.params if isinstance(parameter, click.Argument)]
        if isinstance(self, click.Group):
            words.append(catalogue.look_up_word("usage", "command"))
        formatter.write_usage(ctx.command_path, " ".join(words), prefix=catalogue.look_up_word("usage", "prefix"))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option --help with its text in Chinese."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = catalogue.help_text("help")
        return option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands of a group of commands, then the options, both by group."""
        self.format_commands(ctx, formatter)
        known = {name: option for option in _list_optional(self, ctx) for name in option.opts}
        for heading, names in catalogue.list_help_groups("options"):
            options = dict.fromkeys(known.pop(name) for name in names if name in known)
            _write_list(formatter, heading, [_describe_option(option) for option in options])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands of a group of commands, by group."""
        if not isinstance(self, click.Group):
            return
        listed = self.list_commands(ctx)
        for heading, names in catalogue.list_help_groups(self.command_groups):
            commands = [(name, self.get_command(ctx, name)) for name in names if name in listed]
            rows = [(name, command.get_short_help_str(_MAX_SHORT_HELP)) for name, command in commands if command]
            _write_list(formatter, heading, rows)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command; an unknown one is named together with the nearest one known."""
        assert isinstance(self, click.Group)
        if self.get_command(ctx, args[0]) is None:
            raise UsageError(
                "usage.no_such_command", **_suggest(args[0], self.list_commands(ctx)), command=ctx.command_path
            )
        return click.Group.resolve_command(self, ctx, args)


class ChineseCommand(ChineseHelp):
    """A command that refuses superfluous words in Chinese."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words after the command."""
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # the parser of click leaves it out
            raise
        if rest and not ctx.resilient_parsing:
            raise UsageError("usage.extra_words", words=tuple(rest), command=ctx.command_path)
        return rest


def _write_list(formatter: click.HelpFormatter, heading: str, rows: Sequence[tuple[str, str]]) -> None:
    """Write names with their texts in two columns below a heading; nothing without rows."""
    if not rows:
        return
    formatter.write(f"\n{heading}\n")
    indent = min(max(count_columns(name) for name, _ in rows), _MAX_NAME_COLUMNS) + 4
    for name, text in rows:
        lines = wrap_text(text, max(formatter.width - indent, _MIN_TEXT_COLUMNS)) or [""]
        first = f"  {name}"
        if count_columns(first) > indent - 2:
            formatter.write(f"{first}\n")
            first = ""
        formatter.write(f"{first}{' ' * (indent - count_columns(first))}{lines[0]}\n")
        formatter.write("".join(f"{' ' * indent}{line}\n" for line in lines[1:]))


def count_columns(text: str) -> int:
    """Count the columns of a terminal that a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrap_text(text: str, width: int) -> list[str]:
    """Break a text into lines of at most ``width`` columns, between Chinese characters or at blanks."""
    lines, line = [], ""
    for piece in _UNBREAKABLE.findall(" ".join(text.split())):
        if line and count_columns((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
    return [*lines, line] if line else lines


def _list_optional(command: click.Command, ctx: click.Context) -> list[click.Option]:
    return [parameter for parameter in command.get_params(ctx) if isinstance(parameter, click.Option)]


def _describe_option(option: click.Option) -> tuple[str, str]:
    """Return the names of an option with what follows them, and its help text."""
    names = ", ".join(sorted(option.opts, key=len))
    if not (option.is_flag or option.count):
        names += f" {_name_value(option)}"
    text = option.help or ""
    if option.required:
        text += catalogue.look_up_word("usage", "required")
    elif option.show_default and option.default is not None:
        text += catalogue.format_line("default_value", value=str(option.default))
    return names, text


def _name_value(option: click.Option) -> str:
    """Return what stands for the value of an option: the choices, or a word for its kind."""
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    known = catalogue.list_words("metavar")
    kind = option.type.name if option.type.name in known else "TEXT"
    return _translate(option.metavar or _KIND_METAVARS.get(type(option.type), kind))


_KIND_METAVARS = {click.Path: "FILE", click.IntRange: "NUMBER", click.DateTime: "DAY"}


def _name_argument(argument: click.Argument) -> str:
    name = _translate(str(argument.name).upper())
    return name if argument.required else f"[{name}]"


def _translate(metavar: str) -> str:
    """Return the Chinese word for a metavar; one that has none stays as it is."""
    return catalogue.list_words("metavar").get(metavar, metavar)


def _suggest(name: str, known: Iterable[str]) -> dict[str, object]:
    """Return the facts of an unknown name: the nearest known one, empty if none is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=_MIN_SIMILARITY)
    return {"name": name, "nearest": near[0] if near else ""}


def explain_usage_error(usage_error: click.UsageError) -> XltoolError:
    """Return the error of this package for a command line that click refuses."""
    command = usage_error.ctx.command_path if usage_error.ctx else "xltool"
    match usage_error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            return UsageError("usage.option_missing", name=_name_parameter(parameter), command=command)
        case click.NoSuchOption():
            known = [name for option in _known_options(usage_error.ctx) for name in option.opts]
            return UsageError("usage.no_such_option", **_suggest(usage_error.option_name, known), command=command)
        case click.BadOptionUsage():
            return UsageError("usage.option_without_value", name=usage_error.option_name, command=command)
        case click.BadParameter(param=click.Parameter() as parameter):
            expected = _describe_expected(parameter.type)
            return UsageError("usage.bad_value", name=_name_parameter(parameter), expected=expected, command=command)
    return UsageError("usage.wrong_command", problem=usage_error.format_message(), command=command)


def _known_options(ctx: click.Context | None) -> Sequence[click.Option]:
    return _list_optional(ctx.command, ctx) if ctx else ()


def _name_parameter(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return " / ".join(parameter.opts)
    return _translate(str(parameter.name).upper())


def _describe_expected(kind: Any) -> catalogue.Phrase:
    """Describe what a value of this kind looks like."""
    match kind:
        case click.IntRange(min=int(least), max=int(most)):
            return catalogue.format_phrase("expected_range", least=least, most=most)
        case click.IntRange(min=int(least)):
            return catalogue.format_phrase("expected_least", least=least)
        case click.Choice(choices=choices):
            return catalogue.format_phrase("expected_choice", choices=tuple(choices))
        case click.DateTime():
            return catalogue.format_phrase("expected_day")
    return catalogue.format_phrase("expected_text")
