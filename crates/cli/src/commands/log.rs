//! `portreeve log`: the entries; or the ledger handed out as lines, its checkpoint, one entry's proof.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use portreeve_engine::Mode;
use portreeve_model::EntryNumber;
use serde_json::json;

use super::Run;
use crate::door::{Door, Window};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::view;

/// The entries, oldest first; or the ledger itself, its checkpoint, one entry's proof
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// Only entries about this reference
    #[arg(long, value_name = "REF", conflicts_with_all = ["export", "checkpoint", "proof"])]
    about: Option<String>,
    /// Write the ledger to a new file, one entry a line, exactly as it is stored
    #[arg(long, value_name = "FILE", conflicts_with_all = ["checkpoint", "proof"])]
    export: Option<PathBuf>,
    /// Print the latest signed checkpoint, to keep elsewhere
    #[arg(long, conflicts_with = "proof")]
    checkpoint: bool,
    /// Print the proof that entry N is in the ledger
    #[arg(long, value_name = "N")]
    proof: Option<u64>,
}

impl Run for LogArgs {
    fn doing(&self) -> &'static str {
        match self {
            LogArgs { export: Some(_), .. } => "export the ledger",
            LogArgs { checkpoint: true, .. } => "print the checkpoint",
            LogArgs { proof: Some(_), .. } => "prove the entry",
            _ => "show the log",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let mode = door.mode();
        let window = door.ask()?;
        if let Some(file) = &self.export {
            return export(&window, file, mode);
        }
        if self.checkpoint {
            let signed = window.session.latest_checkpoint()?;
            let object = json!({"checkpoint": signed.as_str(), "entries": signed.unverified().size});
            // A checkpoint is printed as it is, also of a demonstration: one more line and its signature is not over it.
            return Ok(Outcome::new(false, "portreeve.checkpoint/1", signed.as_str(), with(object, &window)));
        }
        if let Some(number) = self.proof {
            let proof = window.session.prove(EntryNumber::new(number))?.to_string();
            let object = json!({"entry": number, "proof": proof});
            return Ok(Outcome::new(false, "portreeve.proof/1", proof, with(object, &window)));
        }
        Ok(view::log(&window, self.about.as_deref()))
    }
}

fn with(mut object: serde_json::Value, window: &Window<'_>) -> serde_json::Value {
    if let Some(fields) = object.as_object_mut() {
        fields.insert("demonstration".to_owned(), json!(window.is_demonstration()));
    }
    object
}

fn export(window: &Window<'_>, path: &Path, mode: Mode) -> Result<Outcome, Failure> {
    let known = window.as_of.known;
    if mode == Mode::DryRun {
        let text = format!("Dry run: nothing was written. It would be {known} entries to {}", path.display());
        let object = json!({"dry_run": true, "file": path, "entries": known});
        return Ok(Outcome::new(window.is_demonstration(), "portreeve.export/1", text, object));
    }
    let wrong = |error: &std::io::Error| {
        Failure::environment(format!("could not write {}: {error}", path.display()))
            .help("name a file that is not there yet, where there is room")
    };
    let file = File::create_new(path).map_err(|error| wrong(&error))?;
    let mut out = BufWriter::new(file);
    window.session.export_lines(known, &mut out)?;
    let file = out.into_inner().map_err(|error| wrong(error.error()))?;
    (&file).flush().and_then(|()| file.sync_all()).map_err(|error| wrong(&error))?;
    let text = format!(
        "Wrote {known} entries to {}, one a line, exactly as they are stored.\n\
         A checkpoint states the size and SHA-256 of its first lines: head -c BYTES {} | sha256sum",
        path.display(),
        path.display()
    );
    let object = json!({"dry_run": false, "file": path, "entries": known});
    Ok(Outcome::new(window.is_demonstration(), "portreeve.export/1", text, object))
}
