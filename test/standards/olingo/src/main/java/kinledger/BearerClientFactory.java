package kinledger;

import java.net.URI;
import org.apache.http.client.HttpClient;
import org.apache.http.impl.client.DefaultHttpClient;
import org.apache.olingo.client.core.http.DefaultHttpClientFactory;
import org.apache.olingo.commons.api.http.HttpMethod;

/** Sends a bearer token with every request. */
final class BearerClientFactory extends DefaultHttpClientFactory {
  private final String token;

  BearerClientFactory(String token) {
    this.token = token;
  }

  @Override
  public DefaultHttpClient create(HttpMethod method, URI uri) {
    DefaultHttpClient client = super.create(method, uri);
    client.addRequestInterceptor(
        (request, context) -> request.addHeader("Authorization", "Bearer " + token));
    return client;
  }
}
