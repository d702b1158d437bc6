//! What every OSCAL document has: metadata, back matter, and the small objects that stand everywhere.

use super::Type::{Base64, Email, Line, Moment, OneOf, Prose, Text, Token, Uri, UriReference, Uuid};
use super::{Assembly, Field, Kind, Stands, assembly, content, field, flag, list, node, nodes, text, texts};

pub(super) static METADATA: Assembly = assembly(&[
    text("title", Line).needed(),
    text("published", Moment),
    text("last-modified", Moment).needed(),
    text("version", Text).needed(),
    text("oscal-version", Text).needed(),
    Field { many: true, ..field("revisions", "revision", Stands::Listed, Kind::Node(&REVISION)) },
    nodes("document-ids", "document-id", &DOCUMENT_ID),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    nodes("roles", "role", &ROLE),
    nodes("locations", "location", &LOCATION),
    nodes("parties", "party", &PARTY),
    nodes("responsible-parties", "responsible-party", &RESPONSIBLE_PARTY),
    nodes("actions", "action", &ACTION),
    text("remarks", Prose),
]);

static REVISION: Assembly = assembly(&[
    text("title", Line),
    text("published", Moment),
    text("last-modified", Moment),
    text("version", Text).needed(),
    text("oscal-version", Text),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    text("remarks", Prose),
]);

static DOCUMENT_ID: Assembly = assembly(&[flag("scheme", Uri), content("identifier", Text).needed()]);

pub(super) static PROP: Assembly = assembly(&[
    flag("name", Token).needed(),
    flag("uuid", Uuid),
    flag("ns", Uri),
    flag("value", Text).needed(),
    flag("class", Token),
    flag("group", Token),
    text("remarks", Prose),
]);

pub(super) static LINK: Assembly = assembly(&[
    flag("href", UriReference).needed(),
    flag("rel", Token),
    flag("media-type", Text),
    flag("resource-fragment", Text),
    text("text", Line),
]);

static ROLE: Assembly = assembly(&[
    flag("id", Token).needed(),
    text("title", Line).needed(),
    text("short-name", Text),
    text("description", Prose),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    text("remarks", Prose),
]);

static LOCATION: Assembly = assembly(&[
    flag("uuid", Uuid).needed(),
    text("title", Line),
    node("address", &ADDRESS),
    texts("email-addresses", "email-address", Email),
    nodes("telephone-numbers", "telephone-number", &TELEPHONE),
    texts("urls", "url", Uri),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    text("remarks", Prose),
]);

static PARTY: Assembly = assembly(&[
    flag("uuid", Uuid).needed(),
    flag("type", OneOf(&["person", "organization"])).needed(),
    text("name", Text),
    text("short-name", Text),
    nodes("external-ids", "external-id", &EXTERNAL_ID),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    texts("email-addresses", "email-address", Email),
    nodes("telephone-numbers", "telephone-number", &TELEPHONE),
    nodes("addresses", "address", &ADDRESS),
    texts("location-uuids", "location-uuid", Uuid),
    texts("member-of-organizations", "member-of-organization", Uuid),
    text("remarks", Prose),
])
.at_most_one(&["addresses", "location-uuids"]);

static EXTERNAL_ID: Assembly = assembly(&[flag("scheme", Uri).needed(), content("id", Text).needed()]);

static TELEPHONE: Assembly = assembly(&[flag("type", Text), content("number", Text).needed()]);

static ADDRESS: Assembly = assembly(&[
    flag("type", Token),
    texts("addr-lines", "addr-line", Text),
    text("city", Text),
    text("state", Text),
    text("postal-code", Text),
    text("country", Text),
]);

static RESPONSIBLE_PARTY: Assembly = assembly(&[
    flag("role-id", Token).needed(),
    list("party-uuids", "party-uuid", Kind::Leaf(Uuid)).needed(),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    text("remarks", Prose),
]);

static ACTION: Assembly = assembly(&[
    flag("uuid", Uuid).needed(),
    flag("date", Moment),
    flag("type", Token).needed(),
    flag("system", Uri).needed(),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    nodes("responsible-parties", "responsible-party", &RESPONSIBLE_PARTY),
    text("remarks", Prose),
]);

pub(super) static BACK_MATTER: Assembly = assembly(&[nodes("resources", "resource", &RESOURCE)]);

static RESOURCE: Assembly = assembly(&[
    flag("uuid", Uuid).needed(),
    text("title", Line),
    text("description", Prose),
    nodes("props", "prop", &PROP),
    nodes("document-ids", "document-id", &DOCUMENT_ID),
    node("citation", &CITATION),
    nodes("rlinks", "rlink", &RLINK),
    node("base64", &ENCLOSED),
    text("remarks", Prose),
]);

static CITATION: Assembly =
    assembly(&[text("text", Line).needed(), nodes("props", "prop", &PROP), nodes("links", "link", &LINK)]);

static RLINK: Assembly =
    assembly(&[flag("href", UriReference).needed(), flag("media-type", Text), nodes("hashes", "hash", &HASH)]);

static HASH: Assembly = assembly(&[flag("algorithm", Text).needed(), content("value", Text).needed()]);

static ENCLOSED: Assembly =
    assembly(&[flag("filename", Token), flag("media-type", Text), content("value", Base64).needed()]);
