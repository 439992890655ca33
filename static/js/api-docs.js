/** Starts Swagger UI on the page of the API's documentation. */

const root = document.getElementById("api-docs");

/** The parts of Swagger UI below a page that has a heading and a main part of its own. */
const plainLayout = ({ React }) => ({
  components: {
    PlainLayout({ getComponent, specSelectors }) {
      const parts = specSelectors.loadingStatus() === "success" ? ["AuthorizeBtnContainer", "operations", "Models"] : [];
      const shown = ["SvgAssets", "errors", ...parts].map((name) => React.createElement(getComponent(name, true), { key: name }));
      return React.createElement("div", { className: "swagger-ui" }, shown);
    },
  },
});

window.SwaggerUIBundle({
  url: root.dataset.schema,
  domNode: root,
  // A link to each operation would sit inside the button that opens it, out of reach of a screen reader.
  deepLinking: false,
  // Fetching an outside validator would leave the site.
  validatorUrl: null,
  // Its colours are fixed ones, and no theme could change them.
  syntaxHighlight: false,
  layout: "PlainLayout",
  plugins: [plainLayout],
});

/** Its fields stand beside their names without being tied to them. */
function nameFields() {
  for (const field of root.querySelectorAll(":is(select, input, textarea):not([aria-label])")) {
    const name = field.closest("tr")?.dataset.paramName ?? field.closest(".opblock-section")?.querySelector(".opblock-title")?.textContent;
    if (name) field.setAttribute("aria-label", name);
  }
}

new MutationObserver(nameFields).observe(root, { childList: true, subtree: true });
