"""`inspect-tui verify`: whether a findings file is whole and unchanged."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="verify", short_help="核对记录文件是否完整、有没有被改动")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")
def verify(file: Path, as_json: bool) -> None:
    """核对一个记录文件，或一个轮次文件夹里的全部记录：校验和、每条改动的编号和内容、前后衔接、状态表。

    交卷文件也能核对，加密的用这台电脑的钥匙打开。已封存的轮次核对封存码。没有问题返回0；有问题逐条列出，返回1。
    电脑时间不对、没有签名只说明，不算问题。
    """
    from inspect_tui.exchange.verifying import verify_all, verify_round
    from inspect_tui.rules.clocks import told as clocks_told
    from inspect_tui.store.clean import clean_text

    verified = verify_round(file) if file.is_dir() else verify_all(file)
    doubts, erased = verified.doubts, verified.erased
    if as_json:
        import msgspec

        told = {
            "ok": not doubts,
            "faults": [msgspec.to_builtins(doubt) for doubt in doubts],
            "erased": [msgspec.to_builtins(erasure) for erasure in erased],
            "warnings": [
                {"where": slip.change, "reason": clean_text(slip.text, newlines=False)}
                for slip in verified.slips
            ],
            "signatures": [
                {"where": where} | msgspec.to_builtins(signed) for where, signed in verified.signatures
            ],
        }
        if verified.freeze is not None:
            from inspect_tui.cli.freezing import frozen_data

            told["frozen"] = frozen_data(verified.freeze)
        click.echo(msgspec.json.encode(told).decode())
    else:
        for doubt in doubts:
            click.echo(f"{doubt.where}：{doubt.reason}", err=True)
        for erasure in erased:
            by = "、".join(erasure.by)
            why = f"：{erasure.reason}（{by}）" if erasure.reason else "（原因记在组长的文件里）"
            click.echo(clean_text(f"操作{erasure.change[:8]}的内容已彻底删除{why}", newlines=False))
        for line in clocks_told(verified.slips):
            click.echo(clean_text(f"提醒：{line}", newlines=False), err=True)
        if erased:
            click.echo(f"已彻底删除{len(erased)}条。")
        for where, signed in verified.signatures:
            click.echo(clean_text(f"{where}：{signed.words}", newlines=False))
        if verified.freeze is not None and verified.freeze.whole:
            click.echo(verified.freeze.text())
        click.echo(
            f"{file.name}：" + (f"共{len(doubts)}处问题" if doubts else "完整，没有发现改动"),
            err=bool(doubts),
        )
    if doubts:
        raise click.exceptions.Exit(1)
