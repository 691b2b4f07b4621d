"""A listing's detail requests: asked only for titles that may be of legal work, and counted where spared."""

import json
import sqlite3
from pathlib import Path

from conftest import Server, rolecall

LIST = "/v1/companies/Harbor/postings?limit=100&offset=0"


def listing(server: Server, *titles: str) -> None:
    rows = [{"id": str(number), "name": title} for number, title in enumerate(titles, 1)]
    server.answer(LIST, json.dumps({"content": rows, "totalFound": len(rows)}))
    for row in rows:
        text = "<ul><li>Draft pleadings</li><li>Organize case files</li><li>Interview witnesses</li></ul>"
        detail = {**row, "jobAd": {"sections": {"jobDescription": {"title": "Duties", "text": text}}}}
        server.answer(f"/v1/companies/Harbor/postings/{row['id']}", json.dumps(detail))


def test_details_of_other_work_are_spared_and_counted(tmp_path: Path, server: Server) -> None:
    listing(server, "Paralegal", "Forklift Driver", "Head Gardener", "Legal Secretary")
    sources = tmp_path / "sources.toml"
    sources.write_text(
        f'[[source]]\nname = "h"\nplatform = "smartrecruiters"\nboard = "Harbor"\nbase_url = "{server.base_url}"\n'
        "delay_s = 0\n"
    )
    done = rolecall("crawl", "--sources", sources, "--store", tmp_path / "s.db", "--out", tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path for path in server.asked if path[-2] == "/") == [
        "/v1/companies/Harbor/postings/1",
        "/v1/companies/Harbor/postings/4",
    ]
    with sqlite3.connect(tmp_path / "s.db") as connection:
        rejected = dict(connection.execute("select reason, n from rejections"))
        (found, kept) = connection.execute("select n_found, n_kept from runs").fetchone()
    connection.close()
    assert rejected == {"title of another occupation": 1, "title of no legal work, text not asked for": 1}
    assert (found, kept) == (4, 2)
