//! What a command answers: a text for people and an object for machines, printed once by `ui.rs`.

use std::fmt;

use portreeve_reporting::words::DEMONSTRATION;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// How a command ended that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Fine.
    Fine,
    /// A check said no.
    No,
    /// Something is not as it was recorded.
    Broken,
}

impl Ending {
    /// The exit code: an interface that scripts rely on.
    pub(crate) const fn exit(self) -> u8 {
        match self {
            Ending::Fine => 0,
            Ending::No => 1,
            Ending::Broken => 4,
        }
    }

    /// Fine if it is so, otherwise a check that said no.
    pub(crate) const fn fine_if(so: bool) -> Ending {
        if so { Ending::Fine } else { Ending::No }
    }
}

/// Words that anybody may have written who may write to the register, so that they start no line of their own.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a command answers.
#[derive(Debug)]
pub(crate) struct Outcome {
    text: String,
    json: Value,
    demonstration: bool,
    /// What goes to the standard error beside it.
    pub(crate) warnings: Vec<String>,
    pub(crate) ending: Ending,
}

impl Outcome {
    /// An answer. `format` is the frozen name and version of the object's shape.
    pub(crate) fn new(demonstration: bool, format: &'static str, text: impl Into<String>, json: Value) -> Outcome {
        let mut object = match json {
            Value::Object(object) => object,
            other => serde_json::Map::from_iter([("answer".to_owned(), other)]),
        };
        object.entry("format").or_insert_with(|| json!(format));
        object.entry("demonstration").or_insert_with(|| json!(demonstration));
        let (text, json) = (text.into(), Value::Object(object));
        Outcome { text, json, demonstration, warnings: Vec::new(), ending: Ending::Fine }
    }

    /// An answer that went out piece by piece, because it may be longer than memory.
    pub(crate) fn said_already() -> Outcome {
        Outcome {
            text: String::new(),
            json: Value::Null,
            demonstration: false,
            warnings: Vec::new(),
            ending: Ending::Fine,
        }
    }

    /// Whether there is nothing left to print.
    pub(crate) fn is_said(&self) -> bool {
        self.json.is_null()
    }

    /// The object for machines.
    pub(crate) const fn json(&self) -> &Value {
        &self.json
    }

    /// Sets how it ended.
    pub(crate) fn ending(mut self, ending: Ending) -> Outcome {
        self.ending = ending;
        self
    }

    /// Adds a warning.
    pub(crate) fn warn(mut self, warning: impl Into<String>) -> Outcome {
        self.warnings.push(warning.into());
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.text.lines().next().is_some_and(|line| line.to_lowercase().contains("demonstration"));
        if self.demonstration && !said {
            writeln!(out, "{DEMONSTRATION}\n")?;
        }
        out.write_str(self.text.trim_end_matches('\n'))?;
        out.write_str("\n")
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demonstration_says_so_once_in_text_and_always_in_json() {
        let plain = Outcome::new(false, "portreeve.test/1", "All well\n\n", json!({}));
        assert_eq!(plain.to_string(), "All well\n");
        let shown = Outcome::new(true, "portreeve.test/1", "All well", json!({}));
        assert_eq!(shown.to_string().to_lowercase().matches("demonstration").count(), 1);
        let already = Outcome::new(true, "portreeve.test/1", "A demonstration\nAll well", json!({}));
        assert_eq!(already.to_string().to_lowercase().matches("demonstration").count(), 1);
        let object = serde_json::to_value(&shown).unwrap();
        assert_eq!(object, json!({"format": "portreeve.test/1", "demonstration": true}));
    }
}
