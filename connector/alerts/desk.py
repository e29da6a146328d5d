"""The desk for alerts: what the API and the console ask of the running program."""

import asyncio
from collections.abc import Sequence

from connector.alerts.post import Outcome, Post
from connector.domain.alert_facts import Occasion
from connector.domain.alert_words import Voice, trial_text


class AlertDesk:
    """Tries targets out."""

    def __init__(self, posts: Sequence[Post], voice: Voice) -> None:
        self._posts = posts
        self._voice = voice

    @property
    def targets(self) -> list[str]:
        """The names of the targets."""
        return [post.name for post in self._posts]

    async def try_out(self, target: str = "") -> dict[str, Outcome]:
        """Sends a test to one target, or to all; what became of it at each. None of it is kept or tried again."""
        posts = [post for post in self._posts if target in ("", post.name)]
        text = trial_text(self._voice)
        outcomes = await asyncio.gather(*(post.send(text, Occasion.TEST) for post in posts))
        return {post.name: outcome for post, outcome in zip(posts, outcomes, strict=True)}
