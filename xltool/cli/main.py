"""The program ``xltool``: the group of all commands, in the order of the work."""

from xltool.cli import ledger_count_commands, report_commands, return_commands
from xltool.cli.command_group import main
from xltool.cli.form_commands import forms
from xltool.cli.ledger_commands import ledger

main.add_command(forms)
main.add_command(ledger)

__all__ = ["ledger_count_commands", "main", "report_commands", "return_commands"]


if __name__ == "__main__":
    main()
