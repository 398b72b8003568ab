//! Owns how mail leaves, from whom it is, and how much of it an address gets.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ConfigError, environment};
use crate::base::display;
use crate::base::secret::Secret;

/// `[mail]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSettings {
    /// How mail leaves.
    pub transport: MailTransport,
    /// Who it is from: `login@example.com`, or `Example <login@example.com>`.
    pub from: String,
    /// Where answers go, in the same form; empty: to whom it is from.
    pub reply_to: String,
    /// What mails call the service; empty: the host of the issuer.
    pub product: String,
    /// The folder of the outbox.
    pub outbox: PathBuf,
    /// How many mails of one kind an address gets in an hour.
    pub hourly: u16,
    /// How many mails an address gets in a day of those kinds that anybody can cause.
    pub daily: u16,
    /// The server.
    pub smtp: SmtpSettings,
}

/// How mail leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// Not at all: what would be sent is not, and tokens are shown to who asked for them.
    #[default]
    None,
    /// By a server.
    Smtp,
    /// Into files of a folder, for development.
    Outbox,
}

/// `[mail.smtp]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmtpSettings {
    /// The server's name, which its certificate must have.
    pub host: String,
    /// Its port; 0: 587 with starttls, 465 with tls, 25 with none.
    pub port: u16,
    /// Who reads along.
    pub security: SmtpSecurity,
    /// The account there; empty: none.
    pub user: String,
    /// A file that holds its password.
    pub password_file: PathBuf,
    /// A variable of the environment that holds its password. It does not begin with `SIGNET_`.
    pub password_variable: String,
    /// A file with the authority that signed the server's certificate (PEM); empty: the machine's own ones.
    pub ca_file: PathBuf,
    /// How long handing over one mail may take, in seconds.
    pub timeout_seconds: u64,
}

/// Who reads along on the way to the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Nobody: TLS is demanded after the first words (RFC 3207).
    #[default]
    Starttls,
    /// Nobody: TLS from the first byte on (RFC 8314).
    Tls,
    /// Everybody on the way: for a server on this machine.
    None,
}

/// Who a mail is from, or where answers go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correspondent {
    /// What people see beside the address.
    pub name: Option<String>,
    /// The address.
    pub address: String,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            transport: MailTransport::None,
            from: String::new(),
            reply_to: String::new(),
            product: String::new(),
            outbox: PathBuf::new(),
            hourly: 5,
            daily: 20,
            smtp: SmtpSettings::default(),
        }
    }
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 0,
            security: SmtpSecurity::Starttls,
            user: String::new(),
            password_file: PathBuf::new(),
            password_variable: String::new(),
            ca_file: PathBuf::new(),
            timeout_seconds: 30,
        }
    }
}

impl Correspondent {
    /// Reads `address` or `name <address>`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, address) = match text.trim().strip_suffix('>').map(|text| text.split_once('<')) {
            Some(Some((name, address))) => (name.trim().trim_matches('"'), address),
            Some(None) => return None,
            None => ("", text.trim()),
        };
        let name = (!name.is_empty()).then(|| name.to_owned());
        let (local, domain) = address.split_once('@')?;
        let visible = |part: &str| {
            !part.is_empty()
                && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "<>@\"(),:;".contains(c))
        };
        let sound = visible(local) && visible(domain) && address.len() <= 254;
        (sound && name.as_deref().is_none_or(display::is_name)).then(|| Self {
            name,
            address: address.to_owned(),
        })
    }
}

impl fmt::Display for SmtpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port())
    }
}

impl MailSettings {
    /// Who mail is from; none where none is sent.
    #[must_use]
    pub fn from(&self) -> Option<Correspondent> {
        Correspondent::parse(&self.from)
    }

    /// Where answers go, if elsewhere.
    #[must_use]
    pub fn reply_to(&self) -> Option<Correspondent> {
        Correspondent::parse(&self.reply_to)
    }

    /// Whether mail leaves at all.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.transport != MailTransport::None
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, advice| Err(ConfigError::OutOfRange { key, advice });
        if !self.reply_to.is_empty() && self.reply_to().is_none() {
            return wrong(
                "mail.reply_to",
                "an address, or a name with an address in angle brackets",
            );
        }
        if !self.product.is_empty() && !display::is_name(&self.product) {
            return wrong("mail.product", "1 to 100 characters that can be seen");
        }
        if !(1..=1000).contains(&self.hourly) || !(1..=10_000).contains(&self.daily) {
            return wrong("mail.hourly", "1 to 1000, and mail.daily 1 to 10000");
        }
        if !self.is_sent() {
            return Ok(());
        }
        if self.from().is_none() {
            return wrong(
                "mail.from",
                "an address, or a name with an address in angle brackets: `Example <login@example.com>`",
            );
        }
        match self.transport {
            MailTransport::Smtp => self.smtp.check(),
            MailTransport::Outbox if self.outbox.as_os_str().is_empty() => Err(ConfigError::Missing {
                key: "mail.outbox",
                advice: "name the folder that mails are written into",
            }),
            MailTransport::None | MailTransport::Outbox => Ok(()),
        }
    }
}

impl SmtpSettings {
    /// The server's port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        match (self.port, self.security) {
            (0, SmtpSecurity::Starttls) => 587,
            (0, SmtpSecurity::Tls) => 465,
            (0, SmtpSecurity::None) => 25,
            (port, _) => port,
        }
    }

    /// How long handing over one mail may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// The password of the account there, if there is one.
    pub fn password(&self) -> Result<Option<Secret>, ConfigError> {
        if self.user.is_empty() {
            return Ok(None);
        }
        if !self.password_variable.is_empty() {
            let text = environment::secret("mail.smtp.password_variable", &self.password_variable)?;
            return Ok(Some(Secret::new((*text).clone())));
        }
        let read = std::fs::read_to_string(&self.password_file);
        let text = read.map_err(|source| ConfigError::SecretFile {
            key: "mail.smtp.password_file",
            path: self.password_file.clone(),
            source,
        })?;
        Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned())))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, advice| Err(ConfigError::OutOfRange { key, advice });
        if self.host.is_empty() || self.host.contains(|c: char| c.is_whitespace() || c == '/') {
            return wrong("mail.smtp.host", "the name or address of the server");
        }
        if self.security == SmtpSecurity::None && !is_here(&self.host) {
            return wrong(
                "mail.smtp.security",
                "starttls or tls: mails hold links that sign people in, so that only a server on this machine gets them \
                 in the clear",
            );
        }
        if !(1..=50).contains(&self.timeout_seconds) {
            return wrong("mail.smtp.timeout_seconds", "1 to 50");
        }
        if self.password_variable.starts_with("SIGNET_") {
            return wrong(
                "mail.smtp.password_variable",
                "a variable that begins with SIGNET_ is a setting: give the one with the password another name",
            );
        }
        let sources = [
            !self.password_variable.is_empty(),
            !self.password_file.as_os_str().is_empty(),
        ];
        let named = sources.into_iter().filter(|named| *named).count();
        if self.user.is_empty() != (named == 0) || named > 1 {
            return wrong(
                "mail.smtp.user",
                "set together with one of mail.smtp.password_file and mail.smtp.password_variable, or none of them",
            );
        }
        Ok(())
    }
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl FnOnce(&mut MailSettings)) -> Option<String> {
        let mut settings = MailSettings {
            transport: MailTransport::Smtp,
            from: "Example <login@example.com>".to_owned(),
            ..MailSettings::default()
        };
        settings.smtp.host = "smtp.example.com".to_owned();
        change(&mut settings);
        settings.check().err().map(|error| error.to_string())
    }

    #[test]
    fn only_a_server_on_this_machine_gets_mail_in_the_clear() {
        assert_eq!(refusal(|_| {}), None);
        for (host, accepted) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("[::1]", true),
            ("smtp.example.com", false),
            ("10.0.0.1", false),
            ("localhost.example.com", false),
        ] {
            let refused = refusal(|settings| {
                settings.smtp.host = host.to_owned();
                settings.smtp.security = SmtpSecurity::None;
            });
            assert_eq!(refused.is_none(), accepted, "{host}: {refused:?}");
        }
    }

    #[test]
    fn what_cannot_work_is_named_by_its_key() {
        let told = |change: fn(&mut MailSettings)| refusal(change).unwrap();
        assert!(told(|it| it.from.clear()).contains("mail.from"));
        assert!(told(|it| it.reply_to = "nobody".to_owned()).contains("mail.reply_to"));
        assert!(told(|it| it.smtp.host.clear()).contains("mail.smtp.host"));
        assert!(told(|it| it.smtp.user = "signet".to_owned()).contains("mail.smtp.user"));
        assert!(told(|it| it.smtp.password_variable = "PASSWORD".to_owned()).contains("mail.smtp.user"));
        assert!(told(|it| it.smtp.timeout_seconds = 0).contains("timeout_seconds"));
        assert!(told(|it| it.transport = MailTransport::Outbox).contains("mail.outbox"));
        assert!(told(|it| it.hourly = 0).contains("mail.hourly"));
    }

    #[test]
    fn who_mail_is_from_is_an_address_with_or_without_a_name() {
        let read = |text| Correspondent::parse(text).map(|it| (it.name, it.address));
        let address = || "login@example.com".to_owned();
        assert_eq!(read("login@example.com"), Some((None, address())));
        assert_eq!(read("<login@example.com>"), Some((None, address())));
        let named = Some((Some("Example, Inc.".to_owned()), address()));
        assert_eq!(read("\"Example, Inc.\" <login@example.com>"), named);
        for text in [
            "",
            "login",
            "@example.com",
            "login@",
            "a@b@c",
            "login@example.com\r\nBcc: all@example.com",
            "Exam\nple <login@example.com>",
            "a, b@example.com",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
