//! What a person names and what they leave out: the only scheme, all organisations, a requirement by its number alone.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use portreeve_engine::{built_in_frameworks, built_in_profiles_of, built_in_schemes, framework_of_built_in_scheme};
use portreeve_model::Register;
use portreeve_model::reference::{FindingId, FrameworkId, OrganisationId, RequirementId, SchemeId};

use portreeve_model::text::Host;

use crate::failure::Failure;
use crate::near::nearest;

/// The organisations named, or all there are.
pub(crate) fn organisations(
    register: &Register,
    named: &[OrganisationId],
) -> Result<BTreeSet<OrganisationId>, Failure> {
    if let Some(stranger) = named.iter().find(|id| !register.organisations.contains_key(*id)) {
        return Err(unknown("organisation", stranger.as_str(), register.organisations.keys(), "organisation list"));
    }
    if named.is_empty() {
        return Ok(register.organisations.keys().cloned().collect());
    }
    Ok(named.iter().cloned().collect())
}

/// The schemes, or the one that is named, and for each the organisations that are named; none of them means all that go
/// for it. Schemes for which nobody named goes are left out, and somebody who goes for none of them is refused: an answer
/// about nobody would pass for want of anybody.
pub(crate) fn going(
    register: &Register,
    named: Option<&SchemeId>,
    organisations: &[OrganisationId],
) -> Result<Vec<(SchemeId, Vec<OrganisationId>)>, Failure> {
    let meant = self::organisations(register, organisations)?;
    let schemes = match named {
        Some(_) => vec![scheme(register, named)?],
        None if register.schemes.is_empty() => vec![scheme(register, None)?],
        None => register.schemes.keys().cloned().collect(),
    };
    let mut wanted = Vec::new();
    for scheme in schemes {
        let Some(held) = register.schemes.get(&scheme) else { continue };
        let going: Vec<OrganisationId> = meant.intersection(&held.event.organisations).cloned().collect();
        if !going.is_empty() {
            wanted.push((scheme, going));
        }
    }
    let going = |whom: &OrganisationId| wanted.iter().any(|(_, going)| going.contains(whom));
    match organisations.iter().find(|whom| !going(whom)) {
        Some(stranger) => {
            let which = named.map_or("any adopted scheme".to_owned(), |id| format!("the scheme `{id}`"));
            Err(Failure::usage(format!("`{stranger}` does not go for {which}"))
                .help("`portreeve scheme list` shows who goes for what"))
        }
        None => Ok(wanted),
    }
}

/// The scheme named, or the only one there is.
pub(crate) fn scheme(register: &Register, named: Option<&SchemeId>) -> Result<SchemeId, Failure> {
    let known: Vec<&SchemeId> = register.schemes.keys().collect();
    match (named, known.as_slice()) {
        (Some(named), _) if register.schemes.contains_key(named) => Ok(named.clone()),
        (Some(named), _) => Err(unknown("adopted scheme", named.as_str(), known, "scheme list")
            .help(format!("or adopt it: `{}`", adopt_scheme(named.as_str())))),
        (None, [only]) => Ok((*only).clone()),
        (None, []) => Err(Failure::usage("no scheme has been adopted").help(ADOPT_HELP)),
        (None, several) => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Failure::usage("several schemes have been adopted, and none is named")
                .help(format!("say which with `--scheme`: {}", names.join(", "))))
        }
    }
}

/// The framework meant: by its own name, adopted or built in, or by that of an adopted scheme that judges it.
pub(crate) fn framework(register: &Register, given: &str) -> Result<FrameworkId, Failure> {
    let built_in = built_in_frameworks();
    let known = || register.frameworks.keys().chain(&built_in);
    if let Some(id) = known().find(|id| id.as_str() == given) {
        return Ok(id.clone());
    }
    if let Some(held) = register.schemes.get(given) {
        return held.event.framework.clone().ok_or_else(|| {
            Failure::usage(format!("the scheme `{given}` judges no requirements, so it has no framework"))
        });
    }
    let names = known().map(ToString::to_string).chain(register.schemes.keys().map(ToString::to_string));
    let names: BTreeSet<String> = names.collect();
    Err(unknown("framework or scheme", given, names, "framework list"))
}

/// The command that adopts a scheme; one that is not built in comes from a file, and one whose framework has profiles
/// takes one of them.
pub(crate) fn adopt_scheme(id: &str) -> String {
    let built_in = built_in_schemes().iter().any(|known| known.as_str() == id);
    let file = if built_in { "" } else { " FILE" };
    let framework = framework_of_built_in_scheme(id);
    let profile = framework.and_then(|framework| built_in_profiles_of(&framework).into_iter().next());
    let profile = profile.map_or_else(String::new, |profile| format!(" --profile {profile}"));
    format!("portreeve scheme adopt {id}{file}{profile}")
}

/// The command that adopts a framework; one that is not built in comes from a file.
pub(crate) fn adopt_framework(id: &str) -> String {
    if built_in_frameworks().iter().any(|known| known.as_str() == id) {
        return format!("portreeve framework adopt {id}");
    }
    format!("portreeve framework import FILE --id {id}")
}

/// What to do when nothing has been adopted yet.
pub(crate) const ADOPT_HELP: &str = "adopt one: `portreeve framework adopt psn-coco-1.32`, then \
                                     `portreeve scheme adopt psn`";

/// A requirement, named in full (`psn-coco-1.32:PSN-BND-FW`) or by its number when one framework has it.
pub(crate) fn requirement(register: &Register, given: &str) -> Result<RequirementId, Failure> {
    match requirements_named(register, given).as_slice() {
        [only] => Ok(only.clone()),
        [] => {
            let known = all_requirements(register);
            let numbers = known.iter().map(|id| id.number.to_string());
            let near = nearest(given, known.iter().map(ToString::to_string).chain(numbers));
            Err(unknown_with("requirement", given, near, "requirement list"))
        }
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Failure::usage(format!("several frameworks have a requirement `{given}`"))
                .help(format!("say which: {}", names.join(", "))))
        }
    }
}

/// Every requirement that `given` may name.
pub(crate) fn requirements_named(register: &Register, given: &str) -> Vec<RequirementId> {
    all_requirements(register).into_iter().filter(|id| id.number.as_str() == given || id.to_string() == given).collect()
}

fn all_requirements(register: &Register) -> Vec<RequirementId> {
    let of = |(framework, held): (&FrameworkId, &portreeve_model::register::adoption::AdoptedFramework)| {
        let framework = framework.clone();
        let numbers: Vec<_> = held.event.requirements.iter().cloned().collect();
        numbers.into_iter().map(move |number| RequirementId { framework: framework.clone(), number })
    };
    register.frameworks.iter().flat_map(of).collect()
}

/// Something named that does not exist, with what may have been meant.
pub(crate) fn unknown<K: ToString>(
    noun: &str,
    given: &str,
    known: impl IntoIterator<Item = K>,
    command: &str,
) -> Failure {
    unknown_with(noun, given, nearest(given, known), command)
}

fn unknown_with(noun: &str, given: &str, near: Vec<String>, command: &str) -> Failure {
    let failure = Failure::usage(format!("there is no {noun} `{given}`"));
    let failure = if near.is_empty() { failure } else { failure.help(did_you_mean(&near)) };
    failure.help(format!("`portreeve {command}` shows what there is"))
}

/// "did you mean A or B?"
pub(crate) fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        [only] => format!("did you mean `{only}`?"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("did you mean {} or `{last}`?", first.join(", "))
        }
    }
}

/// One host: `a,b` is two, and each is re-tested by itself.
pub(crate) fn one_host(text: &str) -> Result<Host, String> {
    if text.contains(',') {
        return Err(
            "a comma would make several hosts into one; name each by itself: --host A --host B, or A B".to_owned()
        );
    }
    text.parse().map_err(|error| format!("{error}"))
}

/// Whether an adopted scheme judges the framework's requirements.
pub(crate) fn judges(register: &Register, framework: &FrameworkId) -> bool {
    register.schemes.values().any(|held| held.event.framework.as_ref() == Some(framework))
}

/// The finding meant, in capitals or not.
pub(crate) fn finding(register: &Register, given: &str) -> Result<FindingId, Failure> {
    same(given, register.findings.keys())
        .cloned()
        .ok_or_else(|| unknown("finding", given, register.findings.keys(), "finding list"))
}

/// The reference that is `given`: exactly, or the only one that is when capitals do not count.
pub(crate) fn same<'a, K: Borrow<str>>(given: &str, known: impl Iterator<Item = &'a K> + Clone) -> Option<&'a K> {
    known.clone().find(|id| (*id).borrow() == given).or_else(|| {
        let mut alike = known.filter(|id| (*id).borrow().eq_ignore_ascii_case(given));
        alike.next().filter(|_| alike.next().is_none())
    })
}

/// The thing of this reference, or what may have been meant.
pub(crate) fn held<'a, K: Ord + std::fmt::Display, V>(
    noun: &str,
    id: &K,
    held: &'a std::collections::BTreeMap<K, V>,
    command: &str,
) -> Result<&'a V, Failure> {
    held.get(id).ok_or_else(|| unknown(noun, &id.to_string(), held.keys(), command))
}
