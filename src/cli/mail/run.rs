//! Owns what `signet mail …` does.

use anyhow::{Context as _, Result};

use super::arguments::MailCommand;
use super::report::{MailCount, MailPreview, MailReport, MailSent, MailStatus};
use crate::base::clock::{Clock as _, SystemClock};
use crate::base::entropy::SystemEntropy;
use crate::base::id::JobId;
use crate::cli::operator;
use crate::config::{MailSettings, MailTransport, SignetConfig};
use crate::db::UnitOfWork;
use crate::i18n::Locale;
use crate::mail::{Mail, Mailer, Message, MessageKind, bounce, limit, sample};
use crate::protocol::issuer::Issuer;
use crate::user::EmailAddress;

/// Carries out a command. Only what is noted of addresses is in the database.
pub async fn run(command: MailCommand, config: &SignetConfig) -> Result<MailReport> {
    match command {
        MailCommand::Preview { kind, language, html } => preview(config, kind, language, html),
        MailCommand::Test { address, language } => test(config, &address, language).await,
        MailCommand::Status { address } => {
            let mut work = operator::begin(config).await?;
            let report = status(&mut work, &address, &config.mail).await?;
            work.commit().await?;
            Ok(report)
        }
        MailCommand::NoteBounce { address, reason } => {
            let mut work = operator::begin(config).await?;
            let canonical = EmailAddress::parse(&address)?;
            bounce::note(&mut work, canonical.canonical(), &reason).await?;
            let report = status(&mut work, &address, &config.mail).await?;
            work.commit().await?;
            Ok(report)
        }
    }
}

/// Shows a mail; where none is sent, as it would be from nobody.
fn preview(config: &SignetConfig, kind: MessageKind, locale: Locale, html: bool) -> Result<MailReport> {
    let issuer = Issuer::parse(&config.issuer).context("issuer")?;
    let settings = MailSettings {
        transport: MailTransport::Outbox,
        from: Some(config.mail.from.clone())
            .filter(|from| !from.is_empty())
            .unwrap_or_else(|| "nobody@localhost".to_owned()),
        ..config.mail.clone()
    };
    let mailer = Mailer::configured(&settings, issuer.as_str())?.context("mail.transport")?;
    let mail = Mail {
        to: "somebody@example.com".to_owned(),
        locale,
        message: sample(kind, issuer.as_str(), SystemClock.now()),
    };
    Ok(MailReport::Preview(MailPreview::new(
        mailer.content(&mail)?,
        html,
    )))
}

/// Sends a mail to an address at once.
async fn test(config: &SignetConfig, address: &str, locale: Locale) -> Result<MailReport> {
    let issuer = Issuer::parse(&config.issuer).context("issuer")?;
    let mailer = Mailer::configured(&config.mail, issuer.as_str())?
        .context("mail.transport is none: set it to smtp, or to outbox for development")?;
    let mail = Mail {
        to: EmailAddress::parse(address)?.address().to_owned(),
        locale,
        message: Message::Test,
    };
    let now = SystemClock.now();
    mailer.send(&JobId::new(now, &SystemEntropy), &mail, now).await?;
    Ok(MailReport::Sent(MailSent {
        address: mail.to,
        taken_by: mailer.told(),
    }))
}

async fn status(work: &mut UnitOfWork, address: &str, settings: &MailSettings) -> Result<MailReport> {
    let address = EmailAddress::parse(address)?;
    let counts = limit::counts(work, address.canonical()).await?;
    let limits = (settings.hourly, settings.daily);
    let counts = counts.into_iter().map(|count| MailCount::new(count, limits));
    let bounce = bounce::find(work, address.canonical()).await?;
    Ok(MailReport::Status(MailStatus::new(
        address.address().to_owned(),
        counts.collect(),
        bounce,
    )))
}
