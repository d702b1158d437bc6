//! A built-in catalog as the JSON it is, walked by another road than the reader's: what stands in it, in which order,
//! and what each piece says of itself.

use portreeve_catalogue::bundled;
use serde_json::Value;

/// A group or a control of a catalog.
pub(crate) struct Node<'a> {
    pub(crate) is_control: bool,
    pub(crate) id: &'a str,
    /// The ids it stands under, outermost first.
    pub(crate) above: Vec<&'a str>,
    pub(crate) value: &'a Value,
}

/// A built-in file as JSON.
pub(crate) fn parsed(bytes: Option<std::borrow::Cow<'static, [u8]>>) -> Value {
    serde_json::from_slice(&bytes.expect("it is built in")).expect("it is JSON")
}

/// The `catalog` of a built-in framework.
pub(crate) fn catalog(framework: &str) -> Value {
    parsed(bundled::framework_file(framework))["catalog"].take()
}

/// Every group and control, each before what stands in it, neighbours in the order of their `sort-id`.
pub(crate) fn nodes(catalog: &Value) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    below(catalog, &[], &mut found);
    found
}

fn below<'a>(of: &'a Value, above: &[&'a str], found: &mut Vec<Node<'a>>) {
    let named = |name: &'static str| list(&of[name]).map(move |child| (name == "controls", child));
    let mut children: Vec<(bool, &Value)> = named("controls").chain(named("groups")).collect();
    children.sort_by_key(|(_, child)| prop(child, "sort-id").expect("a sort-id").to_owned());
    for (is_control, value) in children {
        let id = value["id"].as_str().expect("an id");
        found.push(Node { is_control, id, above: above.to_vec(), value });
        below(value, &[above, &[id]].concat(), found);
    }
}

/// The items of a JSON array, none where it is absent.
pub(crate) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The value of the property of that name.
pub(crate) fn prop<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    list(&of["props"]).find(|prop| prop["name"] == name).and_then(|prop| prop["value"].as_str())
}

/// The indicators of a control in one column, in order.
pub(crate) fn indicators<'a>(control: &'a Value, column: &str) -> Vec<&'a Value> {
    list(&control["parts"]).filter(|part| part["name"] == "indicator" && part["class"] == column).collect()
}

/// The columns of indicators, with the letters that stand for each in an indicator's id.
pub(crate) const COLUMNS: [(&str, &str); 3] = [("achieved", "A"), ("partially-achieved", "PA"), ("not-achieved", "NA")];

/// The text of every part of a group or control, with the part's id.
pub(crate) fn texts<'a>(node: &Node<'a>) -> Vec<(&'a str, &'a str)> {
    let text = |part: &'a Value| Some((part["id"].as_str()?, part["prose"].as_str()?));
    list(&node.value["parts"]).filter_map(text).collect()
}
