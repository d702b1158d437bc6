//! What a person types or fills in: the line of an action, amounts, dates, references, and the sheet of an assessment.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::sync::LazyLock;

use portreeve_catalogue::read_framework;
use portreeve_model::reference::{
    ActionId, CveId, CweId, FindingClassId, IndicatorId, PersonId, RequirementId, RequirementNumber,
};
use portreeve_model::register::Trace;
use portreeve_model::register::assessment::{Assessment, IndicatorAnswer};
use portreeve_model::register::finding::CvssScore;
use portreeve_model::standards::Framework;
use portreeve_model::text::{Host, Note, Title};
use portreeve_model::{Day, Digest, Entry, EntryNumber, History, Moment, Pence, Register};
use portreeve_reporting::sheet;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::frameworks::CATALOG;
use crate::oneline::{self, OneLine};
use crate::{money, text_of};

/// The line of an action: its title is words of the line in their order; what stays there without a warning reads as a title again, and what was read, written in
/// the plainest way, reads as the same.
pub fn one_line(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    let Ok(read) = oneline::read(text) else { return };
    assert!(!read.title.contains("  ") && read.title.trim() == read.title);
    let mut words = text.split_whitespace();
    assert!(read.title.split_whitespace().all(|word| words.any(|typed| typed == word)), "a title is what was typed");
    let left = oneline::left_in(&read.title);
    assert!(left.iter().all(|word| !word.is_empty()));
    if !left.is_empty() {
        return;
    }
    let title = OneLine { title: read.title.clone(), ..OneLine::default() };
    assert_eq!(oneline::read(&read.title), Ok(title), "a title hides nothing");
    let said = plainly(&read);
    assert_eq!(oneline::read(&said), Ok(read), "{said:?}");
}

fn plainly(read: &OneLine) -> String {
    let mut words = Vec::new();
    words.extend(read.owner.as_ref().map(|owner| format!("@{owner}")));
    words.extend(read.due.map(|due| format!("by {due}")));
    words.extend(read.once.map(|sum| sum.to_string()));
    words.extend(read.yearly.map(|sum| format!("{sum}/year")));
    words.extend((!read.fixes.is_empty()).then(|| format!("fixes {}", read.fixes.join(","))));
    words.extend((!read.after.is_empty()).then(|| format!("after {}", read.after.join(","))));
    words.insert(0, read.title.clone());
    words.join(" ")
}

/// What a text means, if anything, is what it means when it is shown or stored and read again.
fn again<T>(text: &str)
where
    T: FromStr<Err: Display> + Display + PartialEq + Debug + Serialize + DeserializeOwned,
{
    match text.parse::<T>() {
        Ok(value) => {
            let shown = value.to_string();
            assert_eq!(shown.parse::<T>().ok().as_ref(), Some(&value), "{shown}");
            let stored = serde_json::to_string(&value).expect("it is a text or a number");
            assert_eq!(serde_json::from_str::<T>(&stored).ok().as_ref(), Some(&value), "{stored}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Amounts, dates, moments, scores, references and texts: what is shown or stored of one reads back as the same.
pub fn words(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    again::<Pence>(text);
    again::<Day>(text);
    again::<Moment>(text);
    again::<CvssScore>(text);
    again::<Digest>(text);
    again::<RequirementId>(text);
    again::<ActionId>(text);
    again::<PersonId>(text);
    again::<FindingClassId>(text);
    again::<CweId>(text);
    again::<CveId>(text);
    again::<Title>(text);
    again::<Note>(text);
    again::<Host>(text);
    if let Ok(amount) = money::amount(text) {
        assert_eq!(text.parse(), Ok(amount), "the command line reads no amount otherwise");
    }
    if let Ok(day) = text.parse::<Day>() {
        for form in [day.iso(), day.short(), day.to_string()] {
            assert_eq!(form.parse(), Ok(day), "{form}");
        }
        calendar(day);
    }
    if let Ok(moment) = text.parse::<Moment>() {
        assert_eq!(moment.clock_utc().len(), 5);
        calendar(moment.day_in_london());
    }
}

/// No day falls off the calendar's end, and what is added can be taken away again.
fn calendar(day: Day) {
    for many in [0, 1, 30, u16::MAX] {
        assert!(day.minus_days(many) <= day && day <= day.plus_days(many));
    }
    for many in [0, 1, 12, u8::MAX] {
        assert!(day.minus_months(many) <= day && day <= day.plus_months(many) && day <= day.plus_years(many));
    }
    assert!(day.quarter().starts_with('Q'));
    assert_eq!(day.halfway_to(day), day);
}

static FRAMEWORK: LazyLock<Framework> =
    LazyLock::new(|| read_framework("home-1".parse().expect("a reference"), CATALOG).expect("the seed is a catalog"));

/// A register that has adopted the framework, and nothing else.
static REGISTER: LazyLock<Register> = LazyLock::new(|| {
    let numbers: Vec<&RequirementNumber> = FRAMEWORK.requirements.iter().map(|one| &one.number).collect();
    let indicators: BTreeMap<String, Vec<String>> = FRAMEWORK
        .requirements
        .iter()
        .filter(|one| !one.indicators.is_empty())
        .map(|one| (one.number.to_string(), one.indicators.iter().map(|one| one.id.to_string()).collect()))
        .collect();
    let events = [
        json!({"kind": "register-opened", "name": "Sheets", "origin": "portreeve.example/sheets",
            "key": "ssh-ed25519 AAAA", "roles": ["security-officer"], "title": "Officer"}),
        json!({"kind": "framework-adopted", "id": "home-1", "title": "Home", "version": "1",
            "digest": "11".repeat(32), "requirements": numbers, "indicators": indicators}),
    ];
    let mut history = History::new();
    for (number, event) in (0..).zip(events) {
        let line = json!({"format": 1, "command": format!("c{number}"), "recorded_at": "2026-01-01T09:00:00Z",
            "by": "officer", "event": event});
        let entry = Entry::decode(line.to_string().as_bytes()).expect("an entry of ours");
        history.append(EntryNumber::new(number), entry).expect("the rules allow it");
    }
    history.register().clone()
});

/// The sheet of an assessment: no answer is taken for a question that was not asked, and what a sheet says, written as a
/// sheet, says the same.
pub fn assessment_sheet(data: &[u8]) {
    let Ok(read) = sheet::read("sheet.csv", data, &REGISTER) else { return };
    let held: BTreeMap<RequirementId, _> =
        read.answers.iter().map(|(id, answers)| (id.clone(), held(answers))).collect();
    for (id, answers) in &read.answers {
        let asked = FRAMEWORK.requirements.iter().find(|one| one.number == id.number).expect("it was asked");
        assert!(answers.keys().all(|answered| asked.indicators.iter().any(|one| &one.id == answered)));
    }
    let written = sheet::write(&FRAMEWORK, |id| held.get(id));
    let again = sheet::read("sheet.csv", &written, &REGISTER).expect("what is written reads back");
    assert_eq!(again.answers, read.answers);
    let asked: usize = FRAMEWORK.requirements.iter().map(|one| one.indicators.len()).sum();
    let answered: usize = again.answers.values().map(BTreeMap::len).sum();
    assert_eq!((again.empty + answered, again.comments_lost.as_slice()), (asked, [].as_slice()));
}

/// The answers as a register holds them.
fn held(answers: &BTreeMap<IndicatorId, IndicatorAnswer>) -> Assessment {
    let by: PersonId = "officer".parse().expect("a reference of ours");
    let on = Day::of(2026, 1, 1).expect("the calendar has it");
    let answered = Trace { entry: EntryNumber::new(1), by, on };
    Assessment { answers: answers.clone(), answered_by: [].into(), answered, check: None }
}
