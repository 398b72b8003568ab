//! The texts of pages: they stand in the catalogues and nowhere else, every one of them is used, and the build refuses
//! catalogues that do not say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::report::{Violation, demand_none, told};
use super::tree::{TextFile, files_in};
use crate::support::folder::folder;

#[path = "../../../build/texts/mod.rs"]
mod build;

/// Pages for developers, which are English: the demo application, the reference of the API.
const ENGLISH: [&str; 2] = ["demo_", "api_"];

/// Attributes whose value somebody reads or hears.
const READ_OUT: [&str; 5] = ["alt", "aria-label", "aria-description", "placeholder", "title"];

fn pages() -> Vec<TextFile> {
    let mut files = files_in("src/web/templates", &["html"]);
    files.retain(|file| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        !ENGLISH.iter().any(|prefix| name.starts_with(prefix))
    });
    files
}

/// A template without what the engine puts in: `{{ … }}` and `{% … %}`.
fn fixed(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(begin) = rest.find('{') {
        let (before, from) = rest.split_at(begin);
        let end = match from.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => "{",
        };
        kept.push_str(before);
        rest = from.split_once(end).map_or("", |(_, rest)| rest);
    }
    kept + rest
}

/// Words that a template says itself.
fn own_words(file: &TextFile) -> Vec<Violation> {
    let fixed = fixed(&file.text);
    let mut found = Vec::new();
    let mut object = |what: &str| {
        if what.chars().any(char::is_alphabetic) {
            found.push(Violation::new(
                &file.path,
                1,
                format!("says {:?} itself", what.trim()),
            ));
        }
    };
    let mut rest = fixed.as_str();
    while let Some((words, tag)) = rest.split_once('<') {
        object(words);
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        for attribute in READ_OUT {
            if let Some((_, value)) = tag.split_once(&format!(" {attribute}=\"")) {
                object(value.split('"').next().unwrap_or_default());
            }
        }
        rest = after;
    }
    object(rest);
    found
}

fn keys() -> BTreeSet<String> {
    let files = files_in("src/i18n/catalogue/en", &["ftl"]);
    let lines = files.iter().flat_map(|file| file.text.lines());
    let keys = lines.filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()));
    keys.filter_map(|line| Some(line.split_once(" =")?.0.to_owned()))
        .collect()
}

#[test]
fn pages_for_people_say_nothing_but_texts() {
    let pages = pages();
    assert!(pages.len() > 10, "the templates are elsewhere");
    demand_none(
        pages.iter().flat_map(own_words).collect(),
        "give it a key in every catalogue, and show `layout.texts.…()`",
    );
}

#[test]
fn every_text_is_used() {
    let mut words = BTreeSet::new();
    for file in files_in("src", &["rs", "html"]) {
        let names = file
            .text
            .split(|character: char| !character.is_alphanumeric() && character != '_');
        words.extend(names.map(str::to_owned));
    }
    let unused = keys()
        .into_iter()
        .filter(|key| !words.contains(&key.replace('-', "_")));
    demand_none(
        unused
            .map(|key| Violation::new("src/i18n/catalogue", 1, format!("nobody says {key}")))
            .collect(),
        "delete it from every catalogue",
    );
}

#[test]
fn words_of_a_template_are_found_wherever_they_stand() {
    let words = |text: &str| {
        let file = TextFile {
            path: "page.html".to_owned(),
            text: text.to_owned(),
        };
        told(&own_words(&file))
    };
    for own in [
        "<p>Hello</p>",
        "Hello",
        "<p>{{ name }}, hello</p>",
        "<img src=\"x\" alt=\"A cat\">",
        "<nav aria-label=\"About {{ name }}\"></nav>",
        "{% if a %}yes{% endif %}",
    ] {
        assert_eq!(words(own).len(), 1, "{own}");
    }
    for fine in [
        "<p class=\"lead\">{{ texts.a_b(\"x\") }} · {{ name }}</p>",
        "{# a remark #}<a href=\"/x\" title=\"{{ t }}\">{% match x %}{% when Some(y) %}…{% endmatch %}</a>",
    ] {
        assert_eq!(words(fine), [""; 0], "{fine}");
    }
}

/// Compiles catalogues of two languages, of one file each.
fn compile(name: &str, english: &str, german: &str) -> Result<String, String> {
    let root = folder().join("texts").join(name);
    for (tag, text) in [("en", english), ("de", german)] {
        let folder = root.join(build::FOLDER).join(tag);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("page.ftl"), text).expect("a file");
    }
    let languages = build::folder(Path::new(&root)).expect("catalogues");
    build::compile(&languages).map_err(|problems| problems.join("\n"))
}

#[test]
fn catalogues_that_say_the_same_become_methods() {
    let code = compile(
        "same",
        "page-hello = Hello\n\n# $name (text): who\n# $days (number): how many\npage-left = <strong>{ $name }</strong> has { $days ->\n    [one] a day\n   *[other] { $days } days\n}.\n",
        "page-hello = Hallo\npage-left = <strong>{ $name }</strong> hat { $days ->\n    [one] einen Tag\n   *[other] { $days } Tage\n}.\n",
    )
    .expect("code");
    assert!(
        code.contains("pub const fn page_hello(self) -> &'static str"),
        "{code}"
    );
    assert!(
        code.contains("pub fn page_left(self, name: &str, days: u64) -> Sentence<'_>"),
        "{code}"
    );
}

/// Name, English, German, and what the build says.
const DIFFERENT: [[&str; 4]; 15] = [
    [
        "missing",
        "page-a = A\npage-b = B\n",
        "page-a = A\n",
        "de/page.ftl: page-b: is missing",
    ],
    [
        "surplus",
        "page-a = A\n",
        "page-a = A\npage-b = B\n",
        "page-b: English has no such text",
    ],
    [
        "twice",
        "page-a = A\npage-a = B\n",
        "page-a = A\n",
        "en/page.ftl: page-a is there twice",
    ],
    [
        "argument",
        "# $name (text): who\npage-a = { $name }\n",
        "page-a = A\n",
        "de/page.ftl: page-a: does not use $name",
    ],
    [
        "other",
        "# $name (text): who\npage-a = { $name }\n",
        "page-a = { $name } { $more }\n",
        "uses $more, which the English text has not",
    ],
    [
        "silent",
        "page-a = { $name }\n",
        "page-a = { $name }\n",
        "say in its comment what $name is",
    ],
    [
        "kind",
        "# $name (string): who\npage-a = { $name }\n",
        "page-a = { $name }\n",
        "is not of the form",
    ],
    [
        "tags",
        "page-a = <strong>A</strong>\n",
        "page-a = A\n",
        "its tags are not those of the English text",
    ],
    [
        "open",
        "page-a = <strong>A\n",
        "page-a = <strong>A\n",
        "<strong> is not closed",
    ],
    [
        "script",
        "page-a = <script>A</script>\n",
        "page-a = A\n",
        "holds <script>",
    ],
    ["broken", "page-a = A\n", "page-a = { $name\n", "de/page.ftl:2: "],
    [
        "prefix",
        "login-a = A\n",
        "login-a = A\n",
        "begin with the file's name: page-…",
    ],
    [
        "decides",
        "# $name (text): who\npage-a = { $name ->\n   *[other] { $name }\n}\n",
        "page-a = { $name }\n",
        "$name decides a form, so it is a number",
    ],
    [
        "reference",
        "page-a = A\npage-b = { page-a }\n",
        "page-a = A\npage-b = A\n",
        "something else than words",
    ],
    [
        "attribute",
        "page-a = A\n    .title = B\n",
        "page-a = A\n",
        "attributes are not used",
    ],
];

#[test]
fn a_catalogue_that_differs_is_refused_by_file_and_key() {
    for [name, english, german, problem] in DIFFERENT {
        let told = compile(name, english, german).expect_err(name);
        assert!(told.contains(problem), "{name}: {told}");
        assert!(told.contains("src/i18n/catalogue/"), "{name}: {told}");
    }
}
