//! The finder: walks one file's syntax and notes every path, string and declared module in it.

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, File, ItemMod, LitStr, Path, UseTree, Visibility};

use super::names::{Form, Scopes, Written};

/// A path where it stands.
pub(super) struct Mention {
    pub(super) scope: Vec<String>,
    pub(super) written: Written,
    pub(super) form: Form,
    pub(super) line: usize,
}

/// A string literal outside documentation and attributes.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) line: usize,
}

/// `mod name;` or `mod name { .. }`.
#[derive(Debug)]
pub(super) struct DeclaredModule {
    pub(super) scope: Vec<String>,
    pub(super) name: String,
    pub(super) private: bool,
    pub(super) line: usize,
}

/// What was found in one file.
#[derive(Default)]
pub(super) struct Finder {
    scope: Vec<String>,
    pub(super) scopes: Scopes,
    pub(super) mentions: Vec<Mention>,
    pub(super) texts: Vec<Text>,
    pub(super) modules: Vec<DeclaredModule>,
    pub(super) exported_macros: Vec<String>,
    in_attribute: bool,
}

impl Finder {
    /// Everything in `file`, which is the module `scope`.
    pub(super) fn walk(scope: &[String], file: &File) -> Self {
        let mut finder = Self {
            scope: scope.to_vec(),
            ..Self::default()
        };
        finder.visit_file(file);
        finder
    }

    pub(super) fn mention(&mut self, segments: Vec<String>, global: bool, form: Form, line: usize) {
        let written = Written { global, segments };
        self.mentions.push(Mention {
            scope: self.scope.clone(),
            written,
            form,
            line,
        });
    }

    /// One entry for each name that a `use` brings in, groups and renames taken apart.
    pub(super) fn import(&mut self, tree: &UseTree, prefix: &[String], global: bool) {
        let below = |name: String| prefix.iter().cloned().chain([name]).collect::<Vec<_>>();
        let (line, name, segments) = match tree {
            UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.import(tree, prefix, global));
            }
            UseTree::Path(path) => {
                return self.import(&path.tree, &below(path.ident.unraw().to_string()), global);
            }
            UseTree::Glob(glob) => (glob.span(), None, below("*".to_owned())),
            UseTree::Name(name) if name.ident == "self" => {
                (name.span(), prefix.last().cloned(), prefix.to_vec())
            }
            UseTree::Name(name) => {
                let ident = name.ident.unraw().to_string();
                (name.span(), Some(ident.clone()), below(ident))
            }
            UseTree::Rename(rename) => {
                let original = rename.ident.unraw().to_string();
                let segments = if original == "self" {
                    prefix.to_vec()
                } else {
                    below(original)
                };
                (rename.span(), Some(rename.rename.unraw().to_string()), segments)
            }
        };
        if let Some(name) = name {
            let written = Written {
                global,
                segments: segments.clone(),
            };
            self.scopes.import(&self.scope, name, written);
        }
        self.mention(segments, global, Form::Import, line.start().line);
    }

    /// A string: in an attribute it may be a path (`#[serde(with = "..")]`), elsewhere it may be SQL.
    pub(super) fn text(&mut self, literal: &LitStr) {
        let (value, line) = (literal.value(), literal.span().start().line);
        if !self.in_attribute {
            self.texts.push(Text { value, line });
        } else if value.contains("::")
            && let Ok(path) = literal.parse::<Path>()
        {
            self.visit_path(&path);
        }
    }

    fn path(&mut self, path: &Path, form: Form) {
        let segments = path
            .segments
            .iter()
            .map(|segment| segment.ident.unraw().to_string())
            .collect();
        self.mention(
            segments,
            path.leading_colon.is_some(),
            form,
            path.span().start().line,
        );
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let name = module.ident.unraw().to_string();
        self.scopes.declare_module(&self.scope, &name);
        self.modules.push(DeclaredModule {
            scope: self.scope.clone(),
            name: name.clone(),
            private: matches!(module.vis, Visibility::Inherited),
            line: module.ident.span().start().line,
        });
        self.scope.push(name);
        visit::visit_item_mod(self, module);
        self.scope.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &[], item.leading_colon.is_some());
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let name = if item.ident == "self" {
            "crate".to_owned()
        } else {
            item.ident.unraw().to_string()
        };
        let known_as = item
            .rename
            .as_ref()
            .map_or_else(|| name.clone(), |(_, rename)| rename.unraw().to_string());
        let written = Written {
            global: false,
            segments: vec![name.clone()],
        };
        self.scopes.import(&self.scope, known_as, written);
        self.mention(vec![name], false, Form::Import, item.ident.span().start().line);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let exported = item
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("macro_export"));
        self.exported_macros
            .extend(item.ident.iter().filter(|_| exported).map(ToString::to_string));
        visit::visit_item_macro(self, item);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.path(path, Form::Path);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        self.path(&invoked.path, Form::Macro);
        self.scan(invoked.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("doc") {
            let outside = std::mem::replace(&mut self.in_attribute, true);
            visit::visit_attribute(self, attribute);
            self.in_attribute = outside;
        }
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.path(&list.path, Form::Path);
        self.scan(list.tokens.clone());
    }

    fn visit_lit_str(&mut self, literal: &'ast LitStr) {
        self.text(literal);
    }
}
