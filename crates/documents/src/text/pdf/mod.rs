//! The words of a PDF (ISO 32000-2): the text that its pages show, in the order in which they show it. Objects, filters
//! and encryption are another crate's business; what letters are meant and where words end is told here. Nothing is
//! drawn, and no picture is decoded.

mod font;
mod glyphs;
mod place;

use std::collections::HashMap;
use std::rc::Rc;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::{
    NextLineAndShowText, ShowText, ShowTextWithParameters, ShowTexts, TextFont, TypedInstruction as Op, XObject,
};
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::{Page, Resources};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::Reason;
use super::folded::Folded;
use font::Font;
use place::Place;

/// Forms drawn within forms: a letter in a letterhead in a collection of letters is three deep.
const FORMS_DEEP_MAX: usize = 8;

/// Forms drawn in a document. Forms that each draw ten others twice over would else go on for ever.
const FORMS_MAX: usize = 20_000;

/// Reads a document.
pub(super) fn read(bytes: &[u8], out: &mut Folded) -> Result<(), Reason> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(refused)?;
    let mut reader = Reader { fonts: HashMap::new(), forms_left: FORMS_MAX, out };
    for page in pdf.pages().iter() {
        if reader.out.is_full() {
            break;
        }
        reader.page(page);
        reader.out.line();
    }
    Ok(())
}

fn refused(error: LoadPdfError) -> Reason {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm) => {
            Reason::Encrypted
        }
        LoadPdfError::Decryption(_) => Reason::damaged("its encryption makes no sense"),
        LoadPdfError::Invalid => Reason::damaged("no pages of a PDF"),
    }
}

/// A document being read.
struct Reader<'o> {
    fonts: HashMap<ObjectIdentifier, Rc<Font>>,
    forms_left: usize,
    out: &'o mut Folded,
}

impl Reader<'_> {
    fn page(&mut self, page: &Page<'_>) {
        // Not through the page's own cache, which would keep every page of a long document unpacked.
        let mut content = Vec::new();
        if let Some(one) = page.raw().get::<Stream<'_>>("Contents") {
            content.extend_from_slice(&one.decoded_data().unwrap_or_default());
        } else if let Some(several) = page.raw().get::<Array<'_>>("Contents") {
            for one in several.iter::<Stream<'_>>() {
                content.extend_from_slice(&one.decoded_data().unwrap_or_default());
                // A word of the language may not go over into the next stream (7.8.2).
                content.push(b'\n');
            }
        }
        let mut place = Place::default();
        self.content(&content, page.resources(), &mut place, 0);
    }

    /// Follows a content stream.
    fn content(&mut self, content: &[u8], resources: &Resources<'_>, place: &mut Place, deep: usize) {
        let mut instructions = TypedIter::new(content);
        let saved = place.depth();
        while let Some(instruction) = instructions.next() {
            if self.out.is_full() {
                break;
            }
            match &instruction {
                Op::TextFont(TextFont(name, size)) => place.font(self.font(name, resources), size.as_f64()),
                Op::ShowText(ShowText(text)) => place.show(text.as_bytes(), self.out),
                Op::NextLineAndShowText(NextLineAndShowText(text)) => {
                    place.next_line();
                    place.show(text.as_bytes(), self.out);
                }
                Op::ShowTextWithParameters(ShowTextWithParameters(word, letter, text)) => {
                    place.spacing(word.as_f64(), letter.as_f64());
                    place.next_line();
                    place.show(text.as_bytes(), self.out);
                }
                Op::ShowTexts(ShowTexts(items)) => self.show_all(items, place),
                Op::XObject(XObject(name)) => self.form(name, resources, place, deep),
                other => place.follow(other),
            }
        }
        place.unwind(saved);
    }

    fn show_all(&mut self, items: &Array<'_>, place: &mut Place) {
        for item in items.iter::<Object<'_>>() {
            match item {
                Object::String(text) => place.show(text.as_bytes(), self.out),
                Object::Number(back) => place.shift(back.as_f64()),
                _ => {}
            }
        }
    }

    fn font(&mut self, name: &Name<'_>, resources: &Resources<'_>) -> Option<Rc<Font>> {
        let dictionary = resources.get_font(name)?;
        let Some(id) = dictionary.obj_id() else { return Some(Rc::new(Font::read(&dictionary))) };
        let known = self.fonts.entry(id).or_insert_with(|| Rc::new(Font::read(&dictionary)));
        Some(Rc::clone(known))
    }

    /// Draws a form: a piece of page that is kept by itself (8.10).
    fn form(&mut self, name: &Name<'_>, resources: &Resources<'_>, place: &mut Place, deep: usize) {
        let Some(form) = resources.get_x_object(name) else { return };
        let is_form = form.dict().get::<Name<'_>>("Subtype").is_some_and(|kind| kind.as_str() == "Form");
        if !is_form || deep == FORMS_DEEP_MAX || self.forms_left == 0 {
            return;
        }
        self.forms_left -= 1;
        let Ok(content) = form.decoded_data() else { return };
        let own = form.dict().get::<Dict<'_>>("Resources").map(Resources::new);
        let matrix = form.dict().get::<Array<'_>>("Matrix").map(|matrix| matrix.iter::<f64>().take(6).collect());
        place.save();
        if let Some(Ok(matrix)) = matrix.map(<[f64; 6]>::try_from as fn(Vec<f64>) -> _) {
            place.transform(matrix);
        }
        self.content(&content, own.as_ref().unwrap_or(resources), place, deep + 1);
        place.restore();
    }
}
