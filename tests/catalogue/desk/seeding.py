"""A desk's register with something on every page: `python -m tests.catalogue.desk.seeding`, in a home that has States."""

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta

import msgspec

from harvesters.phrases import all_in_words, clauses, phrase


def seed(password: str) -> dict[str, str]:
    """Fill the register of XA; gives the keys that the addresses of pages need."""
    from catalogue.datasets import withdrawing
    from catalogue.desk import uploads
    from catalogue.desk.models import Check, Upload, UploadedFile, UploadedRow
    from catalogue.harvests.models import Appointment, Run
    from catalogue.people import invitations
    from catalogue.people.models import Person, Role
    from catalogue.reconcile.models import Hold
    from catalogue.register import drafts, review
    from catalogue.register.life_cycle import COMMAND_LINE, Actor
    from catalogue.register.models import Submission
    from catalogue.register.source_entry import Basis, SourceEntry
    from catalogue.register.source_rows import row_of
    from catalogue.states.models import State

    refused = (phrase("refuses-us", host="known.xa.example", status="403"), phrase("do-ask-to-admit"))
    xa = State.objects.get(pk="XA")
    officer = Person.objects.create_user("officer@secretariat.example", password, role=Role.OFFICER, name="Officer")
    focal = Person.objects.create_user(
        "focal@xa.example", password, role=Role.FOCAL_POINT, state=xa, name="Focal point"
    )
    by_state, by_office = Actor(str(focal.id), "focal-point"), Actor(str(officer.id), "officer")
    titles = {
        "fr": "Portail des marchés publics",
        "ar": "بوابة البيانات المفتوحة",
        "ru": "Портал закупок",
        "zh": "政府采购公开平台",
    }
    checked = {
        "candidates": [{"title": "CKAN Action API", "evidence": "CKAN package_search answers with datasets"}], "language": "en",
        "verdict": {"state": "readable", "sentence": ""}, "advertised": 12345,
        "datasets": [{"name": "contracts", "title": "Contrats attribués"}], "protocol": "ckan",
        "findings": [{"message": "A date cannot be read.", "hint": "Write it as in 2026-01-31."}],
    }  # fmt: skip
    keys: dict[str, str] = {}
    for status in ("draft", "received", "under-review", "accepted", "returned", "published", "withdrawn", "again"):
        for tag, title in titles.items():
            version = drafts.new("XA", {
                "kind": "source", "title": title, "language": tag, "authority": "Ministère des finances",
                "url": f"https://data.xa.example/{status}/{tag}?q=a-rather-long-address-that-does-not-fit-into-a-narrow-window",
                "description": f"{title}. " * 8, "level": "national", "licence": "CC-BY-4.0", "articles": "9(1); 13",
                "frequency": "monthly", "harvesting": "yes",
            }, check=checked)  # fmt: skip
            keys[status] = str(version.pk)
            if status == "draft":
                continue
            list_ = Submission(
                state=xa, document="Note verbale 12/2026", received=date(2026, 2, 3), language=tag,
                transmitted_by="Mission permanente",
            )  # fmt: skip
            review.submit(list_, [version], by_state)
            keys["submission"] = str(list_.pk)
            if status == "under-review":
                review.review(version, by_office)
            elif status == "returned":
                review.send_back(version, by_office, ["unclear", "not-public"], "Quel ministère ?")
            elif status in ("accepted", "published", "withdrawn", "again"):
                review.accept(version, by_office)
                if status != "accepted":
                    review.publish(version, by_office)
                if status == "withdrawn":
                    review.withdraw(version, by_state)
                if status == "again":
                    second = drafts.revise(version)
                    drafts.save(second, {**version.fields, "title": title + " 2", "licence": ""}, seen=0)
                    review.submit(Submission(
                        state=xa, document="Note verbale 13/2026", received=date(2026, 5, 3), language=tag, transmitted_by="M",
                    ), [second], by_state)  # fmt: skip
                    keys[status] = str(second.pk)
            keys[f"{status}-entry"] = str(version.entry_id)
    many = [
        {"kind": "source", "title": f"{title} {n}", "language": tag, "authority": "M", "url": f"https://{tag}.xa.example/{n}"}
        for n in range(60) for tag, title in titles.items()
    ]  # fmt: skip
    drafts.new_many("XA", [{"title": "Sans adresse", "language": "fr"}, *many[:120]])
    list_ = Submission(
        state=xa, document="Note verbale 14/2026", received=date(2026, 6, 3), language="fr", transmitted_by="Mission permanente"
    )  # fmt: skip
    review.submit(list_, drafts.new_many("XA", many[120:]), by_state)
    keys["long-submission"] = str(list_.pk)
    source = row_of(
        SourceEntry("xa-known", "XA", {"en": "A portal"}, "https://known.xa.example", Basis("public-knowledge"))
    )
    source.save()
    now = datetime.now(UTC)
    gone = row_of(SourceEntry("xa-gone", "XA", {"en": "Gone"}, "https://gone.xa.example", Basis("public-knowledge")))
    gone.save()
    review.record("XA", "remove", by_state, source=gone)
    withdrawing.withdraw(gone, by_office, "L’État indique que cette source n’est pas la sienne.", now)
    review.record("XA", "remove", by_state, source=source)
    run = Run.objects.create(
        source=source, state="failed", failure="blocked", started=now - timedelta(hours=2), ended=now - timedelta(hours=1),
        sentence=all_in_words(refused), said=msgspec.to_builtins(refused),
    )  # fmt: skip
    Hold.objects.create(source=source, run=run, kind="removal", opened=now, live=100, missing=80, new=3, pairs=2)
    Appointment.objects.create(source=source, failures=3, due=now + timedelta(hours=3), schedule="weekly")
    invitations.invite("new@xa.example", "focal-point", xa, COMMAND_LINE)
    _made, keys["secret"] = invitations.invite("second@xa.example", "focal-point", xa, COMMAND_LINE)
    named = (phrase("column-word", words="titulo", languages="es, pt"),)
    upload = Upload.objects.create(
        person=focal, state=xa, name="liste.xlsx", sheets={"read": "Portales", "left_out": [7], "others": ["Notes"]},
        columns=[
            {"header": "Título", "field": "title", "evidence": clauses(named), "said": msgspec.to_builtins(named)},
            {"header": "Notas", "field": None},
        ],
    )  # fmt: skip
    UploadedFile.objects.create(upload=upload, content=b"PK")
    for number, stated in enumerate((
        {"title": "Contratos", "url": "not an address", "kind": "source"},
        {"title": "Contratos 2", "authority": "M", "url": "https://a.xa.example", "kind": "x"},
        {"title": "العقود", "authority": "M", "url": "https://b.xa.example", "kind": "source"},
    ), 2):  # fmt: skip
        row = UploadedRow(upload=upload, number=number, values=stated)
        uploads.judge(row)
        row.save()
    Check.objects.create(
        person=focal, url="https://data.xa.example", language="en", stage=Check.Stage.DONE, result=checked
    )
    keys["upload"] = str(upload.pk)
    return keys


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "catalogue.desk.settings"
    django.setup()
    from catalogue import database

    database.prepare()
    sys.stdout.write(json.dumps(seed(os.environ["CATALOGUE_PASSWORD"])))
