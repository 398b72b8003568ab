//! Owns the catalogues as Fluent reads them, each made once, when something is first said in its language.

use std::sync::LazyLock;

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;

use super::locale::Locale;
use super::texts::catalogue;

/// A catalogue.
pub(super) type Bundle = FluentBundle<FluentResource>;

/// A catalogue as it is written, and without its tags.
pub(super) struct Bundles {
    pub(super) html: Bundle,
    pub(super) plain: Bundle,
}

/// The catalogue of a language.
pub(super) fn of(locale: Locale) -> &'static Bundles {
    static EN: LazyLock<Bundles> = LazyLock::new(|| Bundles::make(Locale::En));
    static DE: LazyLock<Bundles> = LazyLock::new(|| Bundles::make(Locale::De));
    static FR: LazyLock<Bundles> = LazyLock::new(|| Bundles::make(Locale::Fr));
    static ES: LazyLock<Bundles> = LazyLock::new(|| Bundles::make(Locale::Es));
    static IT: LazyLock<Bundles> = LazyLock::new(|| Bundles::make(Locale::It));
    match locale {
        Locale::En => &EN,
        Locale::De => &DE,
        Locale::Fr => &FR,
        Locale::Es => &ES,
        Locale::It => &IT,
    }
}

impl Bundles {
    fn make(locale: Locale) -> Self {
        Self {
            html: bundle(locale, str::to_owned),
            plain: bundle(locale, without_tags),
        }
    }
}

fn bundle(locale: Locale, written: impl Fn(&str) -> String) -> Bundle {
    let language = locale.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Arguments are isolated by the sentence, which knows whether it is HTML.
    bundle.set_use_isolating(false);
    for file in catalogue(locale) {
        // The build has read the same text without an error.
        let resource = FluentResource::try_new(written(file)).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The build permits these tags alone.
fn without_tags(text: &str) -> String {
    ["<strong>", "</strong>", "<code>", "</code>"]
        .into_iter()
        .fold(text.to_owned(), |text, tag| text.replace(tag, ""))
}
