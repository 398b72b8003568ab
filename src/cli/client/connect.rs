//! Owns what whoever connects an application is told: addresses, and for a product that is known its own configuration,
//! filled in.

use std::fmt::{self, Write as _};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use url::Url;

use super::arguments::CreateClient;
use crate::base::entropy::{self, Entropy};
use crate::cli::layout;
use crate::client::preset::{self, Block, Preset, Values};
use crate::client::{Change, NewClient};
use crate::protocol::endpoints::Endpoints;
use crate::protocol::issuer::Issuer;

/// Characters of a secret that an application seals its cookies with: as bytes they are an AES-256 key.
const COOKIE_SECRET: usize = 32;

/// A product that a client is made for, and where it is.
pub(super) struct Product {
    preset: Preset,
    values: Values,
}

impl Product {
    /// The one that was named, if one was.
    pub(super) fn of(arguments: &CreateClient, issuer: &Issuer) -> Result<Option<Self>> {
        let Some(name) = &arguments.preset else {
            return Ok(None);
        };
        let preset =
            preset::find(name)?.context("there is no such preset; `signet client presets` lists them")?;
        let url = match (&preset.url, &arguments.url) {
            (None, None) => "",
            (Some(_), Some(url)) => address(url)?,
            (Some(meaning), None) => bail!(
                "--url is missing: {meaning}, such as --url {}",
                preset.url_example.as_deref().unwrap_or("https://app.example.com")
            ),
            (None, Some(_)) => bail!("{} needs no --url", preset.title),
        };
        let values = Values::of_issuer(issuer).with_url(url);
        Ok(Some(Self { preset, values }))
    }

    /// What the product needs of its client.
    pub(super) fn change(&self) -> Result<Change> {
        Ok(Change::new(self.preset.metadata(&self.values)?)?)
    }
}

/// The address of an application, as it is pasted into configurations.
fn address(text: &str) -> Result<&str> {
    let plain = Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.host().is_some()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    let printable = text
        .bytes()
        .all(|byte| (0x21..=0x7e).contains(&byte) && byte != b'%');
    if plain && printable {
        Ok(text)
    } else {
        bail!("--url {text:?}: write where the application is reached, such as https://app.example.com")
    }
}

/// What the application needs to know beside its id and its secret.
#[derive(Debug, Serialize)]
pub struct Connection {
    #[serde(skip)]
    client_id: String,
    #[serde(skip)]
    client_name: String,
    pub issuer: String,
    pub discovery: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    pub end_session_endpoint: String,
    pub redirect_uris: Vec<String>,
    pub scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductView>,
    #[serde(skip)]
    next: String,
}

/// What to paste for a product.
#[derive(Debug, Serialize)]
pub struct ProductView {
    /// What it is called.
    pub title: String,
    /// Its own page about it.
    pub documentation: String,
    /// What to paste, and where.
    pub configuration: Vec<Block>,
    /// Traps.
    pub notes: Vec<String>,
}

impl Connection {
    /// What is told about a client that was just made.
    pub(super) fn of(
        product: Option<Product>,
        issuer: &Issuer,
        new: &NewClient,
        secret: Option<&str>,
        entropy: &dyn Entropy,
    ) -> Result<Self> {
        let endpoints = Endpoints::of(issuer);
        let metadata = new.metadata();
        let product = product.map(|Product { preset, values }| {
            let cookie_secret = entropy::base62(entropy, COOKIE_SECRET);
            let values = values.with_client(new.client_id().as_str(), secret, metadata, &cookie_secret);
            anyhow::Ok(ProductView {
                configuration: preset.blocks(&values)?,
                title: preset.title,
                documentation: preset.documentation,
                notes: preset.notes,
            })
        });
        let next = if metadata.grant_types.iter().any(|one| one.needs_a_person()) {
            "Next: give the application the issuer, the client_id and the secret, open it, and sign in.\n\
             For a product that `signet client presets` lists, --for prints its configuration."
                .to_owned()
        } else {
            format!(
                "Next: curl -u '{}:<secret>' -d grant_type=client_credentials {}",
                new.client_id(),
                endpoints.token
            )
        };
        Ok(Self {
            client_id: new.client_id().to_string(),
            client_name: metadata.client_name.clone(),
            issuer: issuer.as_str().to_owned(),
            discovery: endpoints.discovery,
            authorization_endpoint: endpoints.authorization,
            token_endpoint: endpoints.token,
            userinfo_endpoint: endpoints.userinfo,
            jwks_uri: endpoints.jwks_uri,
            end_session_endpoint: endpoints.end_session,
            redirect_uris: metadata
                .redirect_uris
                .iter()
                .map(|uri| uri.as_str().to_owned())
                .collect(),
            scope: metadata.scope.to_string(),
            product: product.transpose()?,
            next,
        })
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(product) = &self.product else {
            layout::lines(formatter, self)?;
            return write!(formatter, "\n\n{}", self.next);
        };
        write!(formatter, "{product}")?;
        if self.redirect_uris.is_empty() {
            return Ok(());
        }
        // What it is called is the product's name unless --name gave another.
        write!(
            formatter,
            "\n\nPeople will read \"{}\" when they are asked for their consent. They come back to:",
            self.client_name
        )?;
        for uri in &self.redirect_uris {
            write!(formatter, "\n  {uri}")?;
        }
        write!(
            formatter,
            "\nTo change it: signet client edit {} --name …, --add-redirect-uri …",
            self.client_id
        )
    }
}

impl fmt::Display for ProductView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}: {}", self.title, self.documentation)?;
        for block in &self.configuration {
            write!(formatter, "\n---- {}\n{}", block.place, block.text)?;
        }
        writeln!(formatter, "----")?;
        for note in &self.notes {
            write!(formatter, "\n* {note}")?;
        }
        Ok(())
    }
}

/// The products that are known, or one of them.
#[derive(Debug, Serialize)]
pub struct PresetList {
    /// In the order of their names.
    pub presets: Vec<PresetView>,
    /// The one that was asked for, with its placeholders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<ProductView>,
    #[serde(skip)]
    page: Option<String>,
}

/// A line of the list.
#[derive(Debug, Serialize)]
pub struct PresetView {
    /// What `--for` takes.
    pub name: &'static str,
    /// What it is called.
    pub title: String,
    /// The versions that it was tried with.
    pub tried: String,
}

/// Every preset; or one, as it stands; or the manual's page of all of them.
pub fn presets(name: Option<&str>, markdown: bool) -> Result<PresetList> {
    let mut presets = Vec::new();
    let mut shown = None;
    for known in preset::names() {
        let Some(preset) = preset::find(known)? else {
            continue;
        };
        if name == Some(known) {
            shown = Some(ProductView {
                title: preset.title.clone(),
                documentation: preset.documentation.clone(),
                configuration: preset.configuration.clone(),
                notes: preset.notes.clone(),
            });
        }
        if name.is_none_or(|name| name == known) {
            presets.push(PresetView {
                name: known,
                title: preset.title,
                tried: preset.tried,
            });
        }
    }
    Ok(PresetList {
        presets,
        preset: shown,
        page: markdown.then(page).transpose()?,
    })
}

/// The manual's page: what each product is told, with the placeholders.
fn page() -> Result<String> {
    let mut page = "# Products\n\nWhat `signet client create --for` prints for each product; it fills in what stands between \
                    percent signs. Written by `signet client presets --markdown`.\n"
        .to_owned();
    for name in preset::names() {
        let Some(preset) = preset::find(name)? else {
            continue;
        };
        let url = preset
            .url_example
            .as_deref()
            .map_or_else(String::new, |url| format!(" --url {url}"));
        write!(
            page,
            "\n## {}\n\n```sh\nsignet client create --for {name}{url}\n```\n\nTried with: {}. [Its own page]({}).\n",
            preset.title, preset.tried, preset.documentation
        )?;
        for block in &preset.configuration {
            let text = block.text.trim_matches('\n');
            write!(page, "\n{}:\n\n```{}\n{text}\n```\n", block.place, block.language)?;
        }
        for (index, note) in preset.notes.iter().enumerate() {
            let start = if index == 0 { "\n" } else { "" };
            writeln!(page, "{start}- {note}")?;
        }
    }
    Ok(page)
}

impl fmt::Display for PresetList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(page) = &self.page {
            return formatter.write_str(page.trim_end());
        }
        if let Some(preset) = &self.preset {
            return preset.fmt(formatter);
        }
        let rows = self
            .presets
            .iter()
            .map(|preset| [preset.name, &preset.title, &preset.tried]);
        layout::table(formatter, ["FOR", "PRODUCT", "TRIED WITH"], rows)?;
        write!(
            formatter,
            "\n\nNext: signet client create --for PRODUCT --url https://where.it.runs"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_has_every_product_as_it_is_printed() {
        assert!(
            page().unwrap() == include_str!("../../manual/products.md"),
            "src/manual/products.md is another text: signet client presets --markdown > src/manual/products.md"
        );
    }
}
