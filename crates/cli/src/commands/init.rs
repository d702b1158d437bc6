//! `portreeve init`: make a register and its signing key.

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;

use clap::Args;
use portreeve_engine::{Mode, NewRegister, init};
use portreeve_model::reference::{OrganisationId, PersonId};
use portreeve_model::register::people::OrganisationAdded;
use portreeve_model::text::Title;
use portreeve_model::words::Role;
use serde_json::json;

use super::Run;
use super::person::words_of;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::vocabulary::words;

/// Make a register in `--register`, or in ./register
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The register's name, as on every page
    #[arg(long)]
    name: Title,
    /// An organisation of the register, as EHC="East Herts District Council"
    #[arg(long = "organisation", value_name = "ID=NAME", value_parser = named)]
    organisations: Vec<(OrganisationId, Title)>,
    /// What a page calls you [default: from your reference]
    #[arg(long)]
    title: Option<Title>,
    /// A role of yours besides administrator, several times for several [default: security-officer]
    #[arg(long = "role", value_name = "ROLE", value_parser = words!(Role))]
    roles: Vec<Role>,
    /// Where the signing key goes [default: portreeve/keys in your configuration folder]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// One line that no other ledger has [default: from the name]
    #[arg(long)]
    origin: Option<Title>,
}

/// `ID=NAME`.
fn named(text: &str) -> Result<(OrganisationId, Title), String> {
    let (id, name) = text.split_once('=').ok_or("write it as ID=NAME")?;
    Ok((id.parse().map_err(|error| format!("{error}"))?, name.parse().map_err(|error| format!("{error}"))?))
}

impl Run for InitArgs {
    fn doing(&self) -> &'static str {
        "make the register"
    }

    fn looks_back(&self) -> bool {
        false
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let first = door.by().cloned().ok_or_else(|| {
            Failure::usage("it is not known who you are")
                .help("say it with `--as PERSON`, a role name such as security-officer: you become administrator")
        })?;
        let origin = match &self.origin {
            Some(origin) => origin.clone(),
            None => origin_of(&self.name)?,
        };
        let key_file = match &self.key {
            Some(file) => file.clone(),
            None => key_folder()?.join(format!("{}.key", file_name_of(&origin))),
        };
        let title = match &self.title {
            Some(title) => title.clone(),
            None => words_of(&first)?,
        };
        // An administrator alone could do none of the steps that come next but letting people join.
        let roles: BTreeSet<Role> =
            if self.roles.is_empty() { [Role::SecurityOfficer].into() } else { self.roles.iter().copied().collect() };
        let root = door.new_root();
        let new = NewRegister {
            root: root.clone(),
            key_file,
            name: self.name.clone(),
            origin: Some(origin.clone()),
            first: first.clone(),
            title,
            roles: roles.clone(),
        };
        if door.mode() == Mode::DryRun {
            let (root, key) = (root.display().to_string(), new.key_file.display().to_string());
            let text = format!("Dry run: nothing was made. It would be:\n  register  {root}\n  key       {key}");
            let object = json!({"dry_run": true, "register": root, "key_file": key, "origin": origin});
            return Ok(Outcome::new(false, "portreeve.init/1", text, object));
        }
        let mut made = init(&new)?;
        if !self.organisations.is_empty() {
            let add = |(id, name): &(OrganisationId, Title)| OrganisationAdded { id: id.clone(), name: name.clone() };
            let events = self.organisations.iter().map(|named| add(named).into()).collect();
            made.session.record(&first, events, Mode::Write)?;
        }
        let (key, fingerprint) = (made.key_file.display().to_string(), &made.fingerprint);
        let text = self.told(&first, &roles, &root.display().to_string(), &key, fingerprint);
        let object = json!({
            "dry_run": false,
            "register": root,
            "name": self.name,
            "origin": origin,
            "administrator": first,
            "organisations": self.organisations.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            "key_file": key,
            "key_fingerprint": fingerprint,
        });
        Ok(Outcome::new(false, "portreeve.init/1", text, object))
    }
}

impl InitArgs {
    fn told(&self, first: &PersonId, roles: &BTreeSet<Role>, root: &str, key: &str, fingerprint: &str) -> String {
        let mut also: Vec<&str> = vec![Role::Administrator.word()];
        also.extend(roles.iter().filter(|role| **role != Role::Administrator).map(|role| role.word()));
        let organisations: Vec<&str> = self.organisations.iter().map(|(id, _)| id.as_str()).collect();
        let mut text =
            format!("Made the register \"{}\" in {root}\n  you          {first}: {}\n", self.name, also.join(", "));
        if !organisations.is_empty() {
            text.push_str(&format!("  for          {}\n", organisations.join(", ")));
        }
        text.push_str(&format!("  signing key  {key}\n  fingerprint  {fingerprint}\n\n"));
        text.push_str(
            "Keep the key away from the register and keep a copy of it: whoever holds it can sign packs in your name.\n\
             Give the fingerprint to your assessor by another route than the packs.\n\nNext:\n",
        );
        if organisations.is_empty() {
            text.push_str("  portreeve organisation add ID NAME       whom the register is about\n");
        }
        text.push_str(
            "  portreeve person add ID --role ROLE      who works in it: nobody checks their own work, so at least two\n  \
               portreeve framework adopt psn-coco-1.32  what is asked; or caf-3.2, cyber-essentials-3.3, one of your own\n  \
               portreeve scheme adopt psn               what an accreditation needs; review follows audits by itself\n",
        );
        text
    }
}

/// `East Herts and Stevenage` becomes `east-herts-and-stevenage.portreeve`.
fn origin_of(name: &Title) -> Result<Title, Failure> {
    let slug = file_name_of(name);
    format!("{slug}.portreeve").parse().map_err(|error| {
        Failure::usage(format!("no origin can be made from the name: {error}")).help("give one with `--origin`")
    })
}

/// Letters, digits and hyphens; full stops stay.
fn file_name_of(text: &Title) -> String {
    let mut slug = String::new();
    for letter in text.as_str().chars().take(100) {
        if letter.is_ascii_alphanumeric() || (letter == '.' && !slug.is_empty()) {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches(['-', '.']);
    if slug.is_empty() { "register".to_owned() } else { slug.to_owned() }
}

/// Where a person's keys are kept: their own configuration folder, which no register lies in.
fn key_folder() -> Result<PathBuf, Failure> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let home = if cfg!(windows) {
        absolute("APPDATA")
    } else {
        absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))
    };
    let home = home.ok_or_else(|| {
        Failure::environment("there is no configuration folder for the signing key to go to")
            .help("say where with `--key FILE`, outside the register")
    })?;
    Ok(home.join("portreeve").join("keys"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain_file_names() {
        let slug = |text: &str| file_name_of(&text.parse().unwrap());
        assert_eq!(slug("East Herts & Stevenage"), "east-herts-stevenage");
        assert_eq!(slug("northmoor.gov.uk/compliance"), "northmoor.gov.uk-compliance");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("£££"), "register");
    }
}
