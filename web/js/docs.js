// The page of the API: Swagger UI over our own description of it.
addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api-docs");
  window.SwaggerUIBundle({
    url: place.dataset.spec,
    domNode: place,
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: false,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (place.dataset.csrf) request.headers["X-CSRF-Token"] = place.dataset.csrf;
      return request;
    },
  });
});
