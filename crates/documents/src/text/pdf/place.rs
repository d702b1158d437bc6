//! Where text stands on a page, as far as it takes to tell where a word and a line end (ISO 32000-2, 9.4). It must never
//! know what a letter looks like.

use std::rc::Rc;

use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::Number;

use super::super::folded::Folded;
use super::font::Font;

/// Nested states kept. The standard recommends at most 28 to those who write.
const STATES_MAX: usize = 256;

/// A gap this wide, in letter heights, is a space: spaces are about a quarter of a letter wide, and letters are pushed
/// apart by up to a tenth.
const SPACE: f64 = 0.18;

/// A step this far from the line's direction, in letter heights, is another line: raised and lowered letters step less.
const LINE: f64 = 0.6;

/// A matrix of six numbers (8.3.3).
type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// What `q` keeps and `Q` brings back.
#[derive(Clone, Debug)]
struct State {
    font: Option<Rc<Font>>,
    size: f64,
    letter_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    page: Matrix,
}

/// Where the next letter goes, and where the last one ended.
#[derive(Debug)]
pub(super) struct Place {
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    end: Option<(f64, f64)>,
    /// The last letters' widths were guessed, and the pen was moved since.
    unsure: bool,
}

impl Default for Place {
    fn default() -> Self {
        let state = State {
            font: None,
            size: 0.0,
            letter_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            page: IDENTITY,
        };
        Self { state, saved: Vec::new(), text: IDENTITY, line: IDENTITY, end: None, unsure: false }
    }
}

impl Place {
    /// How many states are saved.
    pub(super) fn depth(&self) -> usize {
        self.saved.len()
    }

    /// Brings back the state at this depth, for a stream that did not.
    pub(super) fn unwind(&mut self, depth: usize) {
        self.saved.truncate(depth + 1);
        if self.saved.len() > depth
            && let Some(state) = self.saved.pop()
        {
            self.state = state;
        }
    }

    /// Follows an operator. Those that show text, and those that make no difference to it, are not among them.
    pub(super) fn follow(&mut self, instruction: &Op<'_, '_>) {
        let float = |number: &Number| number.as_f64();
        match instruction {
            Op::SaveState(_) => self.save(),
            Op::RestoreState(_) => self.restore(),
            Op::Transform(m) => self.transform([&m.0, &m.1, &m.2, &m.3, &m.4, &m.5].map(float)),
            Op::BeginText(_) => self.set(IDENTITY),
            Op::SetTextMatrix(m) => self.set([&m.0, &m.1, &m.2, &m.3, &m.4, &m.5].map(float)),
            Op::NextLine(step) => self.step(float(&step.0), float(&step.1)),
            Op::NextLineAndSetLeading(step) => {
                self.state.leading = -float(&step.1);
                self.step(float(&step.0), float(&step.1));
            }
            Op::NextLineUsingLeading(_) => self.next_line(),
            Op::TextLeading(leading) => self.state.leading = float(&leading.0),
            Op::CharacterSpacing(space) => self.state.letter_space = float(&space.0),
            Op::WordSpacing(space) => self.state.word_space = float(&space.0),
            Op::HorizontalScaling(percent) => self.state.scale = float(&percent.0) / 100.0,
            _ => {}
        }
    }

    /// Keeps the state for later.
    pub(super) fn save(&mut self) {
        if self.saved.len() < STATES_MAX {
            self.saved.push(self.state.clone());
        }
    }

    /// Brings back the state kept last.
    pub(super) fn restore(&mut self) {
        if let Some(state) = self.saved.pop() {
            self.state = state;
        }
    }

    /// Changes how the page is measured.
    pub(super) fn transform(&mut self, matrix: Matrix) {
        self.state.page = after(matrix, self.state.page);
    }

    /// Takes another font.
    pub(super) fn font(&mut self, font: Option<Rc<Font>>, size: f64) {
        self.state.font = font;
        self.state.size = size;
    }

    /// Sets what is added to each word and each letter.
    pub(super) fn spacing(&mut self, word: f64, letter: f64) {
        self.state.word_space = word;
        self.state.letter_space = letter;
    }

    /// Goes to the beginning of the next line.
    pub(super) fn next_line(&mut self) {
        self.step(0.0, -self.state.leading);
    }

    /// Moves the pen back by thousandths of a letter height.
    pub(super) fn shift(&mut self, back: f64) {
        self.advance(-back / 1000.0 * self.state.size * self.state.scale);
    }

    /// Shows a string.
    pub(super) fn show(&mut self, text: &[u8], out: &mut Folded) {
        let Some(font) = self.state.font.clone() else { return };
        for shown in font.letters(text) {
            self.gap(out);
            out.push(&shown.letters);
            let space = self.state.letter_space + if shown.is_space { self.state.word_space } else { 0.0 };
            self.advance((shown.width * self.state.size + space) * self.state.scale);
            self.end = Some(self.pen());
            if out.is_full() {
                return;
            }
        }
    }

    /// Puts what belongs between the last letter and the next one.
    fn gap(&mut self, out: &mut Folded) {
        let unsure = std::mem::take(&mut self.unsure);
        let Some((end_x, end_y)) = self.end else { return };
        let (x, y) = self.pen();
        let [a, b, ..] = after(self.text, self.state.page);
        let length = a.hypot(b);
        let height = (self.state.size * length).abs();
        if height <= f64::EPSILON {
            return out.space();
        }
        let (dx, dy) = (x - end_x, y - end_y);
        let along = (dx * a + dy * b) / length / height;
        let across = (dx * b - dy * a) / length / height;
        if across.abs() > LINE {
            out.line();
        } else if unsure || !(-1.0..=SPACE).contains(&along) {
            out.space();
        }
    }

    fn pen(&self) -> (f64, f64) {
        let [.., x, y] = after(self.text, self.state.page);
        (x, y)
    }

    fn set(&mut self, matrix: Matrix) {
        self.text = matrix;
        self.line = matrix;
        self.unsure |= self.state.font.as_ref().is_some_and(|font| !font.knows_widths());
    }

    fn step(&mut self, x: f64, y: f64) {
        self.set(after([1.0, 0.0, 0.0, 1.0, x, y], self.line));
    }

    fn advance(&mut self, x: f64) {
        self.text = after([1.0, 0.0, 0.0, 1.0, x, 0.0], self.text);
    }
}

/// The matrix that does `first` and then `second`.
fn after(first: Matrix, second: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = first;
    let [p, q, r, s, t, u] = second;
    [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u]
}
