/** Starts Swagger UI on the page of the API's documentation. */

const root = document.getElementById("api-docs");

window.SwaggerUIBundle({
  url: root.dataset.schema,
  domNode: root,
  deepLinking: true,
  // Fetching an outside validator would leave the site.
  validatorUrl: null,
});
