//! Owns the way out by an SMTP server (RFC 5321). What the server says of the mail or its address decides whether another
//! attempt would help; what it says of us (no TLS, a wrong password, too busy) never gives a mail up.

use std::time::Duration;

use futures_util::future::BoxFuture;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters, TlsVersion};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::letter::Letter;
use super::transport::{Transport, Undelivered};
use crate::base::display;
use crate::config::{ConfigError, SmtpSecurity, SmtpSettings};

/// Connections to the server.
const CONNECTIONS: u32 = 4;
/// How long one is kept without a mail.
const IDLE: Duration = Duration::from_secs(20);
/// The most characters of what a server said.
const LONGEST_ANSWER: usize = 300;

/// Why the server cannot be spoken to as configuration says.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// A password or a certificate cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate is none.
    #[error("mail.smtp: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// An SMTP server.
pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    timeout: Duration,
    place: String,
}

impl Smtp {
    pub(super) fn configured(settings: &SmtpSettings) -> Result<Self, SmtpError> {
        let host = settings.host.trim_matches(['[', ']']).to_owned();
        let tls = match settings.security {
            SmtpSecurity::None => Tls::None,
            SmtpSecurity::Starttls => Tls::Required(parameters(&host, settings)?),
            SmtpSecurity::Tls => Tls::Wrapper(parameters(&host, settings)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(settings.port())
            .tls(tls)
            .timeout(Some(settings.timeout()))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE));
        if let Some(password) = settings.password()? {
            let credentials = Credentials::new(settings.user.clone(), password.expose().to_owned());
            builder = builder.credentials(credentials);
        }
        Ok(Self {
            transport: builder.build(),
            timeout: settings.timeout(),
            place: settings.to_string(),
        })
    }

    async fn within<T>(
        &self,
        asked: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, Refused> {
        match tokio::time::timeout(self.timeout, asked).await {
            Ok(answered) => answered.map_err(Refused::Answered),
            Err(_) => Err(Refused::Silent),
        }
    }

    async fn connects(&self) -> Result<(), Undelivered> {
        match self.within(self.transport.test_connection()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.temporarily("the server takes no mail")),
            Err(refused) => Err(self.temporarily(&self.told(&refused))),
        }
    }

    async fn hand_over(&self, letter: &Letter) -> Result<(), Undelivered> {
        let sending = self.transport.send_raw(&letter.envelope, &letter.bytes);
        let Err(refused) = self.within(sending).await else {
            return Ok(());
        };
        let reason = self.told(&refused);
        let permanent = match &refused {
            Refused::Silent => false,
            Refused::Answered(error) => error.is_permanent() || is_about_the_letter(error),
        };
        // A server that takes nobody's mail says nothing of this one.
        if permanent {
            self.connects().await?;
        }
        Err(Undelivered {
            reason: format!("{}: {reason}", self.place),
            permanent,
        })
    }

    fn temporarily(&self, reason: &str) -> Undelivered {
        Undelivered::temporarily(format!("{}: {reason}", self.place))
    }

    fn told(&self, refused: &Refused) -> String {
        match refused {
            Refused::Silent => format!("no answer within {} s", self.timeout.as_secs()),
            Refused::Answered(error) => {
                let mut told = error.to_string();
                let mut source = std::error::Error::source(error);
                while let Some(cause) = source {
                    let cause_told = cause.to_string();
                    if !told.contains(&cause_told) {
                        told = format!("{told}: {cause_told}");
                    }
                    source = cause.source();
                }
                display::quote(&told, LONGEST_ANSWER)
            }
        }
    }
}

/// Why nothing was handed over.
enum Refused {
    Answered(lettre::transport::smtp::Error),
    Silent,
}

/// Whether it was not even tried, since the server cannot take such an address (no SMTPUTF8, RFC 6531).
fn is_about_the_letter(error: &lettre::transport::smtp::Error) -> bool {
    error.is_client() && error.to_string().contains("non-ascii")
}

fn parameters(host: &str, settings: &SmtpSettings) -> Result<TlsParameters, SmtpError> {
    let mut builder = TlsParameters::builder(host.to_owned()).set_min_tls_version(TlsVersion::Tlsv12);
    if !settings.ca_file.as_os_str().is_empty() {
        let read = std::fs::read(&settings.ca_file);
        let pem = read.map_err(|source| ConfigError::SecretFile {
            key: "mail.smtp.ca_file",
            path: settings.ca_file.clone(),
            source,
        })?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem)?);
    }
    Ok(builder.build()?)
}

impl Transport for Smtp {
    fn deliver<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Undelivered>> {
        Box::pin(self.hand_over(letter))
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Undelivered>> {
        Box::pin(self.connects())
    }

    fn told(&self) -> String {
        self.place.clone()
    }
}
