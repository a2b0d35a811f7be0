"""What `doctor` says of encryption: whether a folder has a passphrase, and what lies in it plain."""

from __future__ import annotations

from pathlib import Path

from inspect_tui.cli.doctor_machine import Report


def encryption(report: Report, folder: Path) -> None:
    """Whether the workspace is encrypted, and what of it is not although it should be."""
    from inspect_tui.store.vault import is_vaulted

    if not is_vaulted(folder):
        report.say("口令", None, "没有加密，拿到这台电脑的人能看到记录；要设口令：inspect-tui vault create")
        return
    from inspect_tui.store.clean import clean_text
    from inspect_tui.store.vault_files import other_files, other_said, plain_files
    from inspect_tui.store.vault_ops import opened

    vault = opened(folder)
    strays = plain_files(vault) if vault is not None else []
    said = f"已加密，但有{len(strays)}个文件没有加密，如{strays[0].name}" if strays else "已加密"
    report.say("口令", not strays, said, "重新打开一次会自动加密")
    said = other_said(other_files(vault), vault.root) if vault is not None else ""
    if said:
        report.say("别的文件", None, clean_text(said.rstrip("。"), newlines=False))
