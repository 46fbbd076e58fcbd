"""Type: a page is set once, and a shader reads it; letters burn where people stand."""

from installation.interface import Graphics, KnobValues, Moment, Scene, Target

POEM = """you came in from the rain and the wall began to read you. a hand is a word, a step is a comma, whoever stands
still is a full stop. stay a little: the sentence is not over. say it with your arms. tomorrow the page is white. """
ROWS = 19


class Type(Scene):
    """Type: a wall of words, and you are the light to read them by."""

    def setup(self, graphics: Graphics) -> None:
        (wide, high), self.burn = graphics.size, graphics.shader("type.frag")
        self.page = graphics.target(size=(wide, high), kind="f1", wrap="repeat")
        size = round(0.85 * high / ROWS)
        pen, text = graphics.canvas_2d(size), POEM.replace("\n", " ").upper() * 9
        letters = int(wide * len(text) / pen.width(text, size))
        for row in range(ROWS):
            words = text[row * letters : (row + 1) * letters]
            gap = (wide - pen.width(words, size)) / len(words) / size  # so that the end of a row meets its beginning
            pen.text(words, (0, high * (1.0 - (row + 0.8) / ROWS)), size, (1, 1, 1, 1), spacing=gap)
        pen.draw(self.page)

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        self.burn(canvas, page=self.page, rows=float(ROWS))
