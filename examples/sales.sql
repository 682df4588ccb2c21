-- Who buys what, for the sales report.
CREATE TABLE tiers (
  name VARCHAR(20) NOT NULL,
  from_orders INT NOT NULL,
  PRIMARY KEY (name)
);

INSERT INTO tiers (name, from_orders) VALUES ('new', 0), ('regular', 3), ('loyal', 10);

CREATE TABLE customers (
  id VARCHAR(120) NOT NULL,
  version INT NOT NULL,
  orders INT NOT NULL,
  total_spent DECIMAL(18, 4),
  currency CHAR(3),
  changed_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY by_orders (orders)
);

CREATE VIEW customers_by_tier AS
SELECT t.name AS tier, COUNT(c.id) AS customers
FROM tiers t
LEFT JOIN customers c
  ON c.orders >= t.from_orders
  AND NOT EXISTS (SELECT 1 FROM tiers above WHERE above.from_orders > t.from_orders AND above.from_orders <= c.orders)
GROUP BY t.name;
