//! A place to run the command in: an empty folder, an empty environment, nobody's home.

mod northmoor;
mod schemes;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tempfile::TempDir;

/// The demonstration, made once for all that look around in it, and what was said when it was made.
pub(crate) fn demonstration() -> &'static (Place, String) {
    static SHOWN: LazyLock<(Place, String)> = LazyLock::new(|| {
        let place = Place::new();
        let told = place.run("demo shown").fine().out;
        (place, told)
    });
    &SHOWN
}

/// A folder with nothing of the developer's in it.
pub(crate) struct Place {
    folder: TempDir,
    person: Option<&'static str>,
}

/// What a command gave back.
#[must_use = "a journey looks at what every command gave back"]
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    line: String,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place::below(&std::env::temp_dir())
    }

    /// In memory where there is such a place: for what needs many flushes, and no disk that they reach.
    pub(crate) fn in_memory() -> Place {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Place::below(memory) } else { Place::new() }
    }

    fn below(parent: &Path) -> Place {
        let folder = TempDir::new_in(parent).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Place { folder, person: None }
    }

    /// The same place, written in by `person` from now on.
    pub(crate) fn acting_as(mut self, person: &'static str) -> Place {
        self.person = Some(person);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs `portreeve` with the words of `line`, split as a shell would: double quotes hold words together.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_words(&words(line))
    }

    /// As `person`.
    pub(crate) fn by(&self, person: &str, line: &str) -> Ran {
        let mut words = words(line);
        words.extend(["--as".to_owned(), person.to_owned()]);
        self.run_words(&words)
    }

    pub(crate) fn run_words(&self, words: &[String]) -> Ran {
        let output = self.command().args(words).stdin(Stdio::null()).output().unwrap();
        Ran::of(&output, words.join(" "))
    }

    /// The command, ready to be given words.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portreeve"));
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.path("home"));
        for name in ["SYSTEMROOT", "TEMP", "TMP"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("APPDATA", self.path("home"));
        if let Some(person) = self.person {
            command.env("PORTREEVE_AS", person);
        }
        command
    }

    /// Every file of a folder with its bytes, without the index and the database's own scratch files: those are caches.
    pub(crate) fn bytes_of(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        gather(&self.path(folder), &mut found);
        found.retain(|path, _| {
            let name = path.file_name().unwrap().to_string_lossy();
            !name.starts_with("index.sqlite") && !name.ends_with("-wal") && !name.ends_with("-shm")
        });
        found
    }
}

impl Ran {
    pub(crate) fn of(output: &Output, line: String) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("every output is UTF-8");
        let code = output.status.code().expect("the command ended by itself");
        Ran { code, out: text(&output.stdout), err: text(&output.stderr), line }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "portreeve {}\n{}\n{}", self.line, self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn fine(self) -> Ran {
        self.exits(0)
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Ran {
        assert!(self.out.contains(text), "no `{text}` in the output of portreeve {}\n{}", self.line, self.out);
        self
    }

    #[track_caller]
    pub(crate) fn warns(self, text: &str) -> Ran {
        assert!(self.err.contains(text), "no `{text}` in the errors of portreeve {}\n{}", self.line, self.err);
        self
    }

    /// The answer as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{}: {error}\n{}", self.line, self.out))
    }
}

fn gather(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            gather(&path, found);
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

/// Words as a shell splits them; double quotes hold words together and nothing else is special.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut inside, mut begun) = (Vec::new(), String::new(), false, false);
    for letter in line.chars() {
        match letter {
            '"' => {
                inside = !inside;
                begun = true;
            }
            ' ' | '\n' if !inside => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            other => {
                word.push(other);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// The day `days` from today in UTC, which London has reached too, as `2026-11-21`.
pub(crate) fn day(days: i64) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let since = i64::try_from(seconds / 86_400).unwrap() + days;
    // Days to a civil date, counting years from March (Howard Hinnant, chrono-compatible low-level date algorithms).
    let shifted = since + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The text without today's date, and without the last lines from "As known from": lines are broken by their length, so
/// only texts in which no other day stands look the same tomorrow.
pub(crate) fn steady(text: &str) -> String {
    let told = text.split("\nAs known from").next().unwrap_or_default();
    told.replace(&in_words(&day(0)), "TODAY")
}

/// `2026-11-05` as `5 November 2026`.
fn in_words(iso: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let parts: Vec<usize> = iso.split('-').map(|part| part.parse().unwrap()).collect();
    format!("{} {} {}", parts[2], MONTHS[parts[1] - 1], parts[0])
}

#[test]
fn days_and_words_are_what_they_seem() {
    assert_eq!(words("a \"b c\" --d=\"e f\" \"\""), ["a", "b c", "--d=e f", ""]);
    let today = day(0);
    assert!(today.len() == 10 && today.as_str() > "2026-01-01" && day(-1) < today && today < day(400));
}
