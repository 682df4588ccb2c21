-- A shop, as reports want to see it.
# Written by hand, with what people write.
/* Several lines;
   with a semicolon and 'a quote. */

DROP TABLE IF EXISTS `order_lines`, orders;
DROP VIEW IF EXISTS revenue_by_month;

CREATE TABLE IF NOT EXISTS countries (
  code CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'ISO 3166-1; two letters',
  name VARCHAR(100) NOT NULL UNIQUE,
  eu BOOLEAN NOT NULL DEFAULT FALSE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE utf8mb4_unicode_ci COMMENT = 'where customers live';

CREATE TABLE customers (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  external_id VARBINARY(120) NOT NULL,
  public_id CHAR(36) DEFAULT (UUID()),
  full_name VARCHAR(200) CHARACTER SET utf8mb4 NOT NULL,
  initials VARCHAR(4) GENERATED ALWAYS AS (UPPER(LEFT(full_name, 1))) STORED,
  email VARCHAR(320) DEFAULT NULL,
  email_host VARCHAR(255) AS (SUBSTRING_INDEX(email, '@', -1)) VIRTUAL,
  country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NULL REFERENCES countries (code),
  status ENUM('new', 'active', 'it''s gone') NOT NULL DEFAULT 'new',
  flags SET("vip", "b2b"),
  credit DECIMAL(12, 2) NOT NULL DEFAULT -0.50,
  birthday DATE,
  born_year YEAR,
  settings JSON DEFAULT (JSON_OBJECT('news', TRUE)),
  note TEXT,
  photo MEDIUMBLOB,
  bits BIT(4) DEFAULT b'0101',
  token BINARY(4) DEFAULT x'00FF00FF',
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  changed_at TIMESTAMP NULL DEFAULT NOW() ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  UNIQUE KEY by_external (external_id),
  INDEX by_name USING BTREE (full_name(20) ASC, country DESC) COMMENT 'for search',
  FULLTEXT KEY by_text (full_name),
  CONSTRAINT customer_country FOREIGN KEY (country) REFERENCES countries (code) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT credit_in_bounds CHECK (credit BETWEEN -10000 AND 10000 AND (email IS NULL OR email LIKE '%_@_%')),
  CHECK (status <> 'new' OR NOT (credit > 0))
) ENGINE=InnoDB AUTO_INCREMENT=1000, ROW_FORMAT=DYNAMIC;

CREATE TABLE categories (
  id INT NOT NULL PRIMARY KEY,
  parent INT,
  name VARCHAR(80) NOT NULL,
  KEY (parent),
  FOREIGN KEY (parent) REFERENCES categories (id) ON DELETE RESTRICT
);
CREATE TABLE products (
  sku VARCHAR(40) NOT NULL,
  category INT NOT NULL,
  `display name` VARCHAR(200),
  price DECIMAL(10,2) UNSIGNED ZEROFILL NOT NULL,
  weight DOUBLE PRECISION,
  ratio FLOAT,
  active TINYINT(1) DEFAULT 1,
  PRIMARY KEY USING BTREE (sku),
  CONSTRAINT FOREIGN KEY in_category (category) REFERENCES categories (id)
);
CREATE TABLE prices (sku VARCHAR(40) NOT NULL, since DATE NOT NULL, price NUMERIC(10,2), PRIMARY KEY (sku, since));
CREATE TABLE orders (
  id BIGINT NOT NULL PRIMARY KEY, customer BIGINT UNSIGNED NOT NULL, placed DATETIME NOT NULL,
  paid DATETIME DEFAULT '2000-01-01 00:00:00', total DECIMAL(12,2),
  CONSTRAINT fk_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE TABLE `order_lines` (`order` BIGINT NOT NULL, line SMALLINT NOT NULL, sku VARCHAR(40), quantity INT(11) DEFAULT 1,
  price DECIMAL(10,2), PRIMARY KEY (`order`, line)) ENGINE='InnoDB' CHARACTER SET utf8mb4;
CREATE TABLE payments (id BIGINT PRIMARY KEY, `order` BIGINT, at TIME(3), amount DEC(12,2), kind CHARACTER(10));
CREATE TABLE shipments (id INTEGER PRIMARY KEY, `order` BIGINT, carrier TINYTEXT, tracked BOOL);
CREATE TABLE `Straße` (`größe` INT, `名前` LONGTEXT, `a-b` INT);
CREATE TABLE months (month DATE PRIMARY KEY, days TINYINT AS (DAY(LAST_DAY(month))));
CREATE TABLE notes (id INT PRIMARY KEY, text LONGTEXT CHECK (JSON_VALID(text)));

ALTER TABLE products
  ADD COLUMN brand VARCHAR(80) DEFAULT '' AFTER category,
  ADD (height INT, width INT),
  ADD INDEX by_brand (brand),
  ADD CONSTRAINT positive CHECK (price >= 0),
  MODIFY COLUMN ratio DOUBLE FIRST,
  CHANGE weight weight_g DOUBLE,
  ALTER COLUMN `display name` SET DEFAULT 'new',
  DROP COLUMN active,
  COMMENT 'what is sold';
ALTER TABLE notes RENAME COLUMN text TO body;
ALTER TABLE notes RENAME TO remarks, CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
ALTER TABLE customers DROP FOREIGN KEY customer_country, RENAME INDEX by_name TO by_full_name;
CREATE UNIQUE INDEX by_amount ON payments (amount, kind(5)) USING BTREE COMMENT 'x';
CREATE FULLTEXT INDEX by_carrier ON shipments (carrier);
DROP INDEX by_amount ON payments;

INSERT INTO countries (code, name, eu) VALUES ('DE', 'Germany', TRUE), ("FR", _utf8mb4'France', 1), ('GB', N'Great; Britain', 0);
INSERT IGNORE INTO countries VALUES ('IT', 'It\'s; -- no /* comment */ Ita' 'ly', DEFAULT);
INSERT INTO categories VALUES (1, NULL, 'All'), (2, 1, CONCAT('Bo', 'oks')), (3, 0x1, UPPER('x')), (4, +1, '');
INSERT INTO months (month) VALUES (DATE '2026-01-01'), (DATE_ADD('2026-01-01', INTERVAL 1 MONTH)), ('2026-03-01' + INTERVAL 0 DAY);

CREATE OR REPLACE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW active_customers (id, name) AS
  SELECT c.id, c.full_name AS name FROM customers AS c WHERE c.status = 'active' AND c.email IS NOT NULL;

CREATE VIEW revenue_by_month AS
WITH paid_orders AS (SELECT * FROM orders WHERE paid IS NOT NULL),
     lines_of (order_id, amount) AS (SELECT l.`order`, SUM(l.quantity * l.price) FROM order_lines l GROUP BY l.`order`)
SELECT DATE_FORMAT(o.placed, '%Y-%m') AS month, COUNT(*) orders, COUNT(DISTINCT o.customer) AS customers,
  ROUND(SUM(l.amount), 2) AS revenue, GROUP_CONCAT(DISTINCT o.id ORDER BY o.id DESC SEPARATOR ';') AS ids
FROM paid_orders o LEFT OUTER JOIN lines_of l ON l.order_id = o.id AND (l.amount > 0 OR l.amount IS NULL)
GROUP BY month WITH ROLLUP HAVING revenue > 0;

CREATE VIEW best_customers AS
SELECT DISTINCT c.id, x.*, ROW_NUMBER() OVER (PARTITION BY c.country ORDER BY x.total DESC, c.id) AS place,
  SUM(x.total) OVER (w) AS running, LAG(x.total, 1) OVER w AS previous,
  AVG(x.total) OVER (ORDER BY c.id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) smooth,
  CASE WHEN x.total > 100 THEN 'big' WHEN x.total IN (1, 2, 3) THEN 'tiny' ELSE IF(x.total, 'some', 'none') END AS size,
  CASE c.status WHEN 'new' THEN 1 END AS fresh
FROM customers c
JOIN (SELECT customer, SUM(total) AS total FROM orders GROUP BY customer) AS x ON x.customer = c.id
CROSS JOIN (SELECT 1 AS one) y
WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND o.placed >= NOW() - INTERVAL 1 YEAR)
  AND c.id NOT IN (SELECT customer FROM orders WHERE total < 0) AND c.full_name NOT LIKE 'a\_%' ESCAPE '|'
  AND x.total >= ALL (SELECT 0) AND NOT c.credit <=> NULL AND c.credit NOT BETWEEN 1 + 1 AND 5 DIV 2
WINDOW w AS (PARTITION BY c.country ORDER BY c.id)
ORDER BY place, total DESC LIMIT 100 OFFSET 0;

CREATE VIEW everything AS
(SELECT id, CAST(total AS CHAR(20) CHARACTER SET utf8mb4) AS t FROM orders ORDER BY id LIMIT 5)
UNION ALL SELECT `order`, CONVERT(amount, DECIMAL(10, 2)) FROM payments
UNION SELECT id, TRIM(BOTH ' ' FROM carrier) COLLATE utf8mb4_bin FROM shipments ORDER BY 1;

CREATE VIEW odds AS SELECT (SELECT MAX(id) FROM orders) + 1 AS next_id, EXTRACT(YEAR_MONTH FROM CURRENT_DATE) AS ym,
  TIMESTAMPDIFF(DAY, c.birthday, UTC_DATE()) DIV 365 AS age, SUBSTRING(c.email FROM 1 FOR 3) AS head,
  CONVERT(c.note USING utf8mb4) AS note, JSON_UNQUOTE(JSON_EXTRACT(c.settings, '$.news')) AS news,
  (c.id, 1) IN ((1, 1), (2, 1)) AS pair, c.credit % 2 | 1 ^ 3 << 2 AS bits, -c.credit AS debt, ! c.id AS none
FROM (customers c INNER JOIN countries k ON k.code = c.country) LEFT JOIN categories USING (id)
  NATURAL LEFT JOIN months, ((SELECT 1 AS a) UNION (SELECT 2)) AS u
WHERE MATCH (c.full_name) AGAINST ('+who' IN BOOLEAN MODE) OR c.email REGEXP '^a' XOR TRUE && c.note IS NOT TRUE
