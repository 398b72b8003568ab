//! Owns the page that shows the API to developers: what an `OpenAPI` document says, section by section. It does not know
//! the document.

use askama::Template;

use super::layout::{Layout, Page};

/// The page.
#[derive(Debug, Template)]
#[template(path = "api_reference.html")]
pub struct ApiReferencePage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// What the API is for.
    pub description: &'a str,
    /// The document itself.
    pub document: &'a str,
    /// One for each tag.
    pub sections: &'a [Section],
    /// What bodies and answers are made of.
    pub schemas: &'a [Fields],
    /// What callers show who they are with.
    pub schemes: &'a [Field],
}

impl Page for ApiReferencePage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

/// Operations that belong together.
#[derive(Debug)]
pub struct Section {
    /// The tag.
    pub name: String,
    /// For whom they are.
    pub description: String,
    /// In the order of the document.
    pub operations: Vec<Operation>,
}

/// A method of a path.
#[derive(Debug)]
pub struct Operation {
    /// The name that the document gives it.
    pub id: String,
    /// The method.
    pub method: String,
    /// The path below `/api/v1`.
    pub path: String,
    /// What it does, in a line.
    pub summary: String,
    /// What else is to be known.
    pub description: String,
    /// What the caller needs, each with its scopes; any one of them is enough, and none is needed if there is none.
    pub security: Vec<(String, String)>,
    /// Variables of the path and of the query.
    pub parameters: Vec<Field>,
    /// What the body says, if there is one.
    pub body: Option<Fields>,
    /// What is answered.
    pub answers: Vec<Answer>,
}

/// The members of an object, or what else has a name.
#[derive(Debug)]
pub struct Fields {
    /// What the document calls it.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Whether any other member is refused.
    pub closed: bool,
    /// What it may be, if it is no object.
    pub kind: Option<Kind>,
    /// Its members.
    pub fields: Vec<Field>,
}

/// A member or a parameter.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Whether it may be left out, or where it stands.
    pub place: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it means.
    pub description: String,
}

/// What a value may be: words, among them the one thing that is described elsewhere on the page.
#[derive(Debug)]
pub struct Kind {
    /// The words before it.
    pub before: String,
    /// Its name.
    pub schema: Option<String>,
    /// The words after it.
    pub after: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status, or `default` for every other one.
    pub status: String,
    /// When it comes.
    pub description: String,
    /// Which headers it has.
    pub headers: Vec<String>,
    /// What it says; none: it has no body.
    pub content: Option<Content>,
}

/// A body of an answer.
#[derive(Debug)]
pub struct Content {
    /// As what it is sent, if not as JSON.
    pub media: Option<String>,
    /// What it may be.
    pub kind: Kind,
}
