package kinledger;

import java.net.URI;
import java.util.Scanner;
import org.apache.olingo.client.api.ODataClient;
import org.apache.olingo.client.api.communication.request.retrieve.ODataEntitySetRequest;
import org.apache.olingo.client.api.domain.ClientEntity;
import org.apache.olingo.client.api.domain.ClientEntitySet;
import org.apache.olingo.client.core.ODataClientFactory;
import org.apache.olingo.commons.api.edm.Edm;
import org.apache.olingo.commons.api.edm.EdmEntityContainer;
import org.apache.olingo.commons.api.edm.EdmEntitySet;
import org.apache.olingo.commons.api.edm.EdmEntityType;
import org.apache.olingo.commons.api.edm.EdmProperty;

/**
 * Reads whole sets of a service, page by page, and prints how many entities each has. An entity must have every property of its
 * type, and a value wherever the type allows no null. Arguments: the root of the service, and the sets; the token is read from
 * standard input.
 */
public final class ReadSets {
  private ReadSets() {}

  public static void main(String[] arguments) {
    String token = new Scanner(System.in).nextLine();
    ODataClient client = ODataClientFactory.getClient();
    client.getConfiguration().setHttpClientFactory(new BearerClientFactory(token));
    Edm edm = client.getRetrieveRequestFactory().getMetadataRequest(arguments[0]).execute().getBody();
    EdmEntityContainer container = edm.getEntityContainer();
    for (int place = 1; place < arguments.length; place += 1) {
      EdmEntitySet set = container.getEntitySet(arguments[place]);
      if (set == null) throw new IllegalStateException("$metadata has no set " + arguments[place]);
      URI next = client.newURIBuilder(arguments[0]).appendEntitySetSegment(arguments[place]).build();
      long entities = 0;
      while (next != null) {
        ODataEntitySetRequest<ClientEntitySet> request =
            client.getRetrieveRequestFactory().getEntitySetRequest(next);
        ClientEntitySet page = request.execute().getBody();
        for (ClientEntity entity : page.getEntities()) {
          check(entity, set.getEntityType());
          entities += 1;
        }
        next = page.getNext();
      }
      System.out.println(arguments[place] + " " + entities);
    }
  }

  private static void check(ClientEntity entity, EdmEntityType type) {
    for (String name : type.getPropertyNames()) {
      EdmProperty property = (EdmProperty) type.getProperty(name);
      if (entity.getProperty(name) == null)
        throw new IllegalStateException("an entity of " + type.getName() + " has no property " + name);
      if (!property.isNullable() && entity.getProperty(name).hasNullValue())
        throw new IllegalStateException(type.getName() + "." + name + " is null, which $metadata forbids");
    }
  }
}
