"""Which scene plays: the playlist with its times, and a hand that goes on or jumps."""

from __future__ import annotations

from installation.moment import Programme


class Director:
    """Walks the playlist in show time; a hand may go on or jump, and a change under way is finished first."""

    def __init__(self, playlist: tuple[str, ...], seconds: float, transition: float) -> None:
        """`seconds` each scene plays; `transition` seconds of crossfade, at most as long as a scene plays."""
        self._playlist = playlist
        self._seconds = seconds
        self._transition = min(transition, seconds)
        self._scene = playlist[0]
        self._following = ""
        self._wish = ""
        self._since = 0.0

    def next(self) -> None:
        """Change to the scene after this one."""
        last = self._following or self._scene
        index = self._playlist.index(last) if last in self._playlist else -1
        self.go(self._playlist[(index + 1) % len(self._playlist)])

    def go(self, scene: str) -> None:
        """Change to the scene of this name. Raises KeyError when the playlist does not hold it."""
        if scene not in self._playlist:
            raise KeyError(scene)
        self._wish = scene

    def step(self, t: float) -> Programme:
        """What plays at show time `t`."""
        if self._following and t - self._since >= self._transition:
            self._scene, self._following, self._since = self._following, "", self._since + self._transition
        if not self._following:
            if not self._wish and t - self._since >= self._seconds and len(self._playlist) > 1:
                self.next()
            if self._wish and self._wish != self._scene:
                self._following, self._since = self._wish, t
            self._wish = ""
        mix = (t - self._since) / self._transition if self._following and self._transition > 0 else 0.0
        if self._following and self._transition == 0:
            self._scene, self._following = self._following, ""
        return Programme(self._scene, self._following, min(max(mix, 0.0), 1.0))
