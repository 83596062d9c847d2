"""Runs of the harvest, what they found, and what was observed of a source while reading it."""

from contextlib import suppress
from typing import ClassVar

import msgspec
from django.db import models

from catalogue.register.models import Source
from catalogue.text_fields import CharField, JSONField, TextField
from harvesters.phrases import Phrase, all_in_words, without_advice


class Run(models.Model):
    """One harvest of one source, from its start to its verdict.

    state: "running" while it goes on; "interrupted" where it was stopped and can go on; else the verdict's state. failure: of
    a portal, the verdict's class; or one of ours below. requests: answers read; of a run that goes on after its process
    died, how many there were when it last did.
    """

    KILLED: ClassVar = "killed"
    """Its process ended by a signal: interrupted by that once, failed where it happened twice at the same place."""

    SUPERSEDED: ClassVar = "superseded"
    """It was interrupted, and is not gone on with."""

    OURS: ClassVar = "ours"
    """It broke off by a mistake of ours, or could not begin with the settings that there are."""

    STATES: ClassVar = ["running", "interrupted", "complete", "partial", "failed"]

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="runs")
    state = CharField(max_length=12, choices=[(state, state) for state in STATES])
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    failure = CharField(max_length=20, blank=True)
    sentence = TextField(blank=True)
    said = JSONField(default=list, help_text="the sentence as phrases, where other languages have it")
    missing_parts = JSONField(default=list, help_text="what could not be read, as addresses with reasons")
    spool = TextField(blank=True, help_text="path below CATALOGUE_HOME")
    limit = models.PositiveIntegerField(null=True)
    since = models.DateTimeField(null=True, help_text="only what changed from then on was asked for")
    advertised_start = models.BigIntegerField(null=True)
    advertised_end = models.BigIntegerField(null=True)
    requests = models.BigIntegerField(default=0)
    records = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    invalid = models.BigIntegerField(default=0)
    withdrawn = models.BigIntegerField(default=0)
    whole = models.BooleanField(
        default=False, help_text="complete and of all datasets: what it did not list is missing"
    )
    findings_by_code = JSONField(default=dict)
    harvest_seconds = models.FloatField(default=0)
    assemble_seconds = models.FloatField(default=0)

    class Meta:
        ordering: ClassVar = ["-id"]

    def told(self, language: str, *, advice: bool = True) -> tuple[str, str]:
        """How it ended, in the language asked for or else in English; and which of them it is. advice: with what to do next,
        which is for whoever runs the catalogue and not for the portal's operator."""
        if self.said:
            with suppress(KeyError):  # a phrase of another version of the catalogue
                said = msgspec.convert(self.said, tuple[Phrase, ...])
                return all_in_words(said if advice else without_advice(said), language), language
        return self.sentence, "en"


class Lease(models.Model):
    """Who is harvesting a source: one process at a time. owner: `leases.owner`. heartbeat: by the database's clock in UTC."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="lease")
    owner = TextField()
    since = models.DateTimeField()
    heartbeat = models.DateTimeField()


class Appointment(models.Model):
    """When a source is harvested next, by the clock (`catalogue run`).

    due: the moment, with the jitter that was drawn for it; None until the clock first saw the source. wanted: as soon as
    possible, because a person asked. paused: why it is not harvested until a person says otherwise; empty where it is.
    failures: harvests in a row that failed. started: when a clock took it, until that clock has noted how it ended.
    """

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="appointment")
    due = models.DateTimeField(null=True)
    schedule = CharField(max_length=60, blank=True, help_text="that due was reckoned from")
    wanted = models.BooleanField(default=False)
    paused = TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    started = models.DateTimeField(null=True)


class RunFinding(models.Model):
    """A finding of a run that belongs to no dataset: about an answer, or a record that has no identity."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    finding = JSONField()
    url = TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]


class Observation(models.Model):
    """What was observed of a source, beside the words of its entry.

    robots: what robots.txt said when last asked. protocol, url, options, evidence: what the address was found to speak, where
    its entry does not say it.
    """

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="observation")
    robots = CharField(max_length=20, blank=True, choices=[("allows", "allows"), ("forbids", "forbids")])
    robots_rule = TextField(blank=True)
    at = models.DateTimeField()
    protocol = CharField(max_length=40, blank=True)
    url = TextField(blank=True)
    options = JSONField(default=dict)
    evidence = TextField(blank=True)
    detected = models.DateTimeField(null=True)
