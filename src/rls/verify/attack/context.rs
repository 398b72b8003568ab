//! Owns who attacks: the persons of two organizations and a stranger, and what their requests say about them in the
//! settings that this database reads.

use serde_json::{Map, Value, json};

use crate::rls::verify::context::CLAIMS_SETTING;
use crate::rls::verify::names::Names;
use crate::rls::verify::quote;

/// An organization of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tenant {
    /// Whose member attacks.
    Ours,
    /// Whose rows are attacked.
    Theirs,
    /// Who has no rows.
    Strangers,
}

/// What somebody is in their organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Owner,
    Admin,
    Viewer,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Viewer];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }
}

/// How ids look in this database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdForm {
    Uuid,
    Number,
}

/// The persons, and the settings that say who they are.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) organizations: IdForm,
    pub(super) people: IdForm,
    settings: Vec<(String, Says)>,
    /// Whether `role` in a token is the database's, as a REST gateway has it; the kit's is the platform's.
    roles: RoleClaim,
}

/// What the claim `role` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoleClaim {
    Platform,
    Database,
}

/// What a setting is about, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Claims,
    Organization,
    Person,
    Role,
}

impl Says {
    fn guess(setting: &str) -> Option<Self> {
        let last = setting.rsplit('.').next().unwrap_or(setting);
        let has = |words: &[&str]| words.iter().any(|word| last.contains(word));
        if last == "claims" || last == "jwt" {
            Some(Self::Claims)
        } else if has(&["role"]) {
            Some(Self::Role)
        } else if has(&["org", "tenant", "workspace", "account", "company", "team"]) {
            Some(Self::Organization)
        } else if has(&["user", "uid", "sub", "member", "person"]) {
            Some(Self::Person)
        } else {
            None
        }
    }
}

/// What a request says: settings and their values.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    settings: Vec<(String, String)>,
}

impl Context {
    /// It says nothing at all.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// The statements that say it, for the transaction.
    pub(super) fn set(&self) -> String {
        let set = |(name, value): &(String, String)| {
            format!(
                "select pg_catalog.set_config({}, {}, true);",
                quote::literal(name),
                quote::literal(value)
            )
        };
        self.settings.iter().map(set).collect()
    }

    /// The claims that it says, as they stand in the setting.
    pub(super) fn claims(&self) -> Option<String> {
        let mut settings = self.settings.iter();
        settings
            .find(|(name, _)| name == CLAIMS_SETTING)
            .map(|(_, value)| value.clone())
    }

    /// The statements that unsay it.
    pub(super) fn cleared(&self) -> String {
        let emptied = self
            .settings
            .iter()
            .map(|(name, _)| (name.clone(), String::new()));
        Self {
            settings: emptied.collect(),
        }
        .set()
    }
}

impl Cast {
    pub(super) fn new(names: &Names, organizations: IdForm, people: IdForm, roles: RoleClaim) -> Self {
        let settings = names
            .settings()
            .filter_map(|name| Some((name.to_owned(), Says::guess(name)?)));
        Self {
            organizations,
            people,
            settings: settings.collect(),
            roles,
        }
    }

    /// An organization's id.
    pub(super) fn organization(&self, tenant: Tenant) -> String {
        let number = match tenant {
            Tenant::Ours => 1,
            Tenant::Theirs => 2,
            Tenant::Strangers => 3,
        };
        id(self.organizations, number)
    }

    /// A person's id.
    pub(super) fn person(&self, tenant: Tenant, part: Part) -> String {
        let number = match tenant {
            Tenant::Ours => 10,
            Tenant::Theirs => 20,
            Tenant::Strangers => 30,
        };
        let which = match part {
            Part::Owner => 1,
            Part::Admin => 2,
            Part::Viewer => 3,
        };
        id(self.people, number + which)
    }

    /// What a member's request says.
    pub(super) fn member(&self, role: &str, tenant: Tenant, part: Part) -> Context {
        let organization = self.organization(tenant);
        let person = self.person(tenant, part);
        let claims = self
            .person_claims(role, &person)
            .with("org_id", json!(organization))
            .with("org_role", json!(part.name()))
            .with("user_role", json!(part.name()))
            .with("mv", json!(MEMBERS_EPOCH))
            .with(
                "modules",
                json!({"*": if part == Part::Viewer { "r" } else { "rwa" }}),
            );
        self.saying(&claims.to_string(), &organization, &person, part.name())
    }

    /// What the request of somebody says who belongs nowhere.
    pub(super) fn nobodys(&self, role: &str, organization: Option<Value>) -> Context {
        let person = self.person(Tenant::Strangers, Part::Viewer);
        let mut claims = self.person_claims(role, &person).with("mv", json!(NOBODYS_EPOCH));
        let plain = match &organization {
            Some(Value::String(text)) => text.clone(),
            _ => String::new(),
        };
        if let Some(organization) = organization {
            claims = claims.with("org_id", organization);
        }
        self.saying(&claims.to_string(), &plain, &person, "")
    }

    /// An organization's claim that is no organization, said by an owner.
    pub(super) fn claiming(&self, role: &str, organization: &Value) -> Context {
        let person = self.person(Tenant::Strangers, Part::Owner);
        let claims = self
            .person_claims(role, &person)
            .with("org_id", organization.clone())
            .with("org_role", json!("owner"))
            .with("mv", json!(MEMBERS_EPOCH));
        let plain = organization
            .as_str()
            .map_or_else(|| organization.to_string(), str::to_owned);
        self.saying(&claims.to_string(), &plain, &person, "owner")
    }

    /// The same text in every setting.
    pub(super) fn everywhere(&self, text: &str) -> Context {
        let settings = self
            .settings
            .iter()
            .map(|(name, _)| (name.clone(), text.to_owned()));
        Context {
            settings: settings.collect(),
        }
    }

    /// This text as the claims, and nothing else said.
    pub(super) fn claims_only(&self, text: &str) -> Context {
        let settings = self.settings.iter().map(|(name, says)| {
            let value = if *says == Says::Claims { text } else { "" };
            (name.clone(), value.to_owned())
        });
        Context {
            settings: settings.collect(),
        }
    }

    /// The claims of a person's token, without an organization.
    fn person_claims(&self, role: &str, person: &str) -> Claims {
        let role = match self.roles {
            RoleClaim::Platform => "user",
            RoleClaim::Database => role,
        };
        Claims(Map::new())
            .with("iss", json!("https://verify.invalid"))
            .with("client_id", json!("signet-rls-verify"))
            .with("sub", json!(person))
            .with("role", json!(role))
            .with("tier", json!("founder"))
            .with("iat", json!(1_700_000_000))
            .with("exp", json!(4_102_444_800_u64))
    }

    fn saying(&self, claims: &str, organization: &str, person: &str, role: &str) -> Context {
        let settings = self.settings.iter().map(|(name, says)| {
            let value = match says {
                Says::Claims => claims,
                Says::Organization => organization,
                Says::Person => person,
                Says::Role => role,
            };
            (name.clone(), value.to_owned())
        });
        Context {
            settings: settings.collect(),
        }
    }
}

/// Epochs that no cut-off reaches: of a member's token, and of one without an organization.
const MEMBERS_EPOCH: &str = "999999999.999999999.999999999";
const NOBODYS_EPOCH: &str = "999999999.0.0";

/// The claims of a token.
struct Claims(Map<String, Value>);

impl Claims {
    fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }
}

impl std::fmt::Display for Claims {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Value::Object(self.0.clone()).fmt(formatter)
    }
}

/// `51679e7` for signet: nobody else makes ids like these.
fn id(form: IdForm, number: u32) -> String {
    match form {
        IdForm::Uuid => format!("51679e70-0000-7000-8000-{number:012}"),
        IdForm::Number => (2_000_000_000 + number).to_string(),
    }
}
