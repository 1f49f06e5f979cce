//! What administrators and teachers change in a school: the tool's registration, activities that are
//! placed or duplicated, a course that is copied.

use super::campus::{Kind, LineItem, Link, School, stable_uuid};
use crate::crypto;

impl School {
    /// Offers the tool a registration: a token that counts once.
    pub fn offer_registration(&mut self) -> String {
        let id = self.fresh_id();
        let token = stable_uuid(&format!("{}/{id}", self.client_id));
        self.registrations.insert(token.clone(), false);
        token
    }

    /// Takes a registration of the tool: another client, that the administrator has to switch on.
    pub fn take_registration(&mut self, registration: &serde_json::Value, deployment: &str) {
        let text = |name: &str| registration[name].as_str().unwrap_or_default().to_owned();
        let id = self.fresh_id();
        self.client_id = match self.kind {
            Kind::Moodle => crypto::sha256_text(&id).chars().filter(char::is_ascii_alphanumeric).take(15).collect(),
            Kind::Canvas => format!("10000000000{id}"),
        };
        if !deployment.is_empty() {
            deployment.clone_into(&mut self.deployment_id);
        }
        let asked = text("scope");
        self.scopes.retain(|s| asked.split_whitespace().any(|a| a == s));
        if let Some((origin, rest)) = text("initiate_login_uri").split_once("/lti/") {
            self.tool = (origin.to_owned(), rest.trim_end_matches("/login").to_owned());
        }
        self.active = false;
    }

    /// Places an item that the tool's picker returned (moodle.md §4, canvas.md §2.2). Returns its link.
    pub fn place(&mut self, item: &serde_json::Value) -> String {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let id = self.fresh_link_id();
        let column = &item["lineItem"];
        let mut title = text(&item["title"]);
        if self.kind == Kind::Canvas && column["label"].is_string() {
            title = text(&column["label"]);
        }
        let line_item = column["scoreMaximum"].as_f64().map(|maximum| {
            let line_item = self.fresh_id();
            self.line_items.push(LineItem {
                id: line_item.clone(),
                label: title.clone(),
                maximum,
                resource_id: text(&column["resourceId"]),
                tag: text(&column["tag"]),
                link: Some(id.clone()),
            });
            line_item
        });
        let custom = item["custom"].as_object().into_iter().flatten().map(|(k, v)| (k.clone(), text(v))).collect();
        let published = self.kind == Kind::Moodle;
        self.links.push(Link { id: id.clone(), title, line_item, custom, published });
        id
    }

    /// Duplicates an activity within the course: another link and column, the same custom parameters,
    /// resource id and tag.
    pub fn duplicate(&mut self, link: &str) -> Option<String> {
        let source = self.link(link)?.clone();
        let id = self.fresh_link_id();
        let column = source.line_item.as_ref().and_then(|i| self.line_item(i)).cloned();
        let line_item = column.map(|column| {
            let line_item = self.fresh_id();
            self.line_items.push(LineItem { id: line_item.clone(), link: Some(id.clone()), ..column });
            line_item
        });
        self.links.push(Link { id: id.clone(), line_item, ..source });
        Some(id)
    }

    /// Becomes a copy of its own course, as for the next term: another context, other links and columns,
    /// nobody's grades; custom parameters, resource ids and tags stay (moodle.md item 20, canvas.md §10).
    pub fn copy_course(&mut self) {
        let number = self.fresh_id();
        self.history.insert(0, self.course_id.clone());
        self.course_id = match self.kind {
            Kind::Moodle => number,
            Kind::Canvas => stable_uuid(&format!("canvas course {number}")).replace('-', "") + "00000000",
        };
        let old: Vec<String> = self.links.iter().map(|l| l.id.clone()).collect();
        for link in &old {
            self.duplicate(link);
        }
        self.links.retain(|l| !old.contains(&l.id));
        self.line_items.retain(|i| i.link.as_ref().is_some_and(|l| !old.contains(l)));
        self.grades.clear();
        self.ledger.clear();
    }

    fn fresh_link_id(&mut self) -> String {
        let number = self.fresh_id();
        match self.kind {
            Kind::Moodle => number,
            Kind::Canvas => stable_uuid(&format!("canvas link {number}")),
        }
    }
}
