//! The built-in files hold together, are all listed, and are given out byte for byte.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portreeve_catalogue::{Catalogue, bundled};

fn controls() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../controls")
}

fn json_files(below: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(below).expect("the folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            json_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.insert(path.strip_prefix(controls()).expect("below controls").to_owned());
        }
    }
}

#[test]
fn everything_built_in_holds_together() {
    let catalogue = Catalogue::bundled().unwrap_or_else(|problems| panic!("{problems}"));
    let psn = &catalogue.frameworks["psn-coco-1.32"];
    assert_eq!(psn.requirements.len(), 31);
    assert_eq!((psn.title.as_str(), psn.version.as_str()), ("PSN Code of Connection (CoCo)", "1.32"));
    assert!(catalogue.schemes.contains_key("psn"));
    assert!(catalogue.playbooks.len() >= 30);
    assert!(psn.requirements.iter().all(|requirement| !requirement.statement.is_empty()));
}

#[test]
fn sections_stand_in_the_order_of_the_form() {
    let catalogue = Catalogue::bundled().unwrap();
    let psn = &catalogue.frameworks["psn-coco-1.32"];
    let shown: Vec<String> = psn
        .requirements
        .iter()
        .map(|requirement| format!("{} | {}", requirement.heading.as_deref().unwrap_or("-"), requirement.number))
        .collect();
    assert_eq!(shown[0], "Form particulars | PSN-FORM-ORG");
    assert_eq!(shown[2], "- | PSN-ENV");
    assert_eq!(shown[3], "Your PSN environment | PSN-ENV-SVC");
    assert_eq!(shown[7], "Operational security | PSN-OPS-VM");
    assert_eq!(shown[30], "Commitments | PSN-COM-AUDIT");
}

#[test]
fn every_file_of_the_folder_is_listed_and_given_out_byte_for_byte() {
    let mut given = BTreeSet::new();
    let mut check = |path: String, bytes: Option<std::borrow::Cow<'static, [u8]>>| {
        let on_disk = std::fs::read(controls().join(&path)).expect("the file can be read");
        assert!(bytes.as_deref() == Some(on_disk.as_slice()), "{path} is not embedded as it stands");
        given.insert(PathBuf::from(path));
    };
    for id in bundled::framework_ids() {
        check(format!("{id}/catalog.json"), bundled::framework_file(id.as_str()));
        for profile in bundled::profile_ids(id.as_str()) {
            let bytes = bundled::profile_file(id.as_str(), profile.as_str());
            check(format!("{id}/profiles/{profile}.json"), bytes);
        }
    }
    for id in bundled::scheme_ids() {
        check(format!("schemes/{id}.json"), bundled::scheme_file(id.as_str()));
    }
    for id in bundled::mapping_ids() {
        check(format!("mappings/{id}.json"), bundled::mapping_file(id.as_str()));
    }
    for (id, bytes) in bundled::playbook_files() {
        check(format!("playbooks/{id}.json"), Some(bytes));
    }
    let mut on_disk = BTreeSet::new();
    json_files(&controls(), &mut on_disk);
    assert_eq!(given, on_disk);
}

#[test]
fn files_are_called_by_what_they_hold() {
    let catalogue = Catalogue::bundled().unwrap();
    assert!(bundled::scheme_ids().iter().eq(catalogue.schemes.keys()));
    assert!(bundled::mapping_ids().iter().eq(catalogue.mappings.keys()));
    assert!(bundled::playbook_ids().iter().eq(catalogue.playbooks.keys()));
    for id in bundled::framework_ids() {
        let bytes = bundled::framework_file(id.as_str()).unwrap();
        assert_eq!(portreeve_catalogue::oscal::suggested_id(&bytes).unwrap(), id);
    }
}

#[test]
fn profiles_are_listed_under_their_framework() {
    let listed = |framework| bundled::profile_ids(framework).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(listed("caf-3.2"), ["baseline", "enhanced"]);
    assert_eq!(listed("caf-4.0"), ["all-achieved"]);
    assert!(listed("psn-coco-1.32").is_empty());
}

#[test]
fn an_unknown_name_gives_nothing() {
    for odd in ["", "none", "../controls/psn-coco-1.32", "psn-coco-1.32/", "/"] {
        assert!(bundled::framework_file(odd).is_none(), "{odd}");
        assert!(bundled::scheme_file(odd).is_none(), "{odd}");
        assert!(bundled::profile_ids(odd).is_empty() && bundled::profile_file(odd, "baseline").is_none(), "{odd}");
        assert!(bundled::profile_file("caf-3.2", odd).is_none(), "{odd}");
        assert!(bundled::mapping_file(odd).is_none(), "{odd}");
        assert!(bundled::playbook_file(odd).is_none(), "{odd}");
    }
}
