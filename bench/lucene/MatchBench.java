import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.spans.SpanMultiTermQueryWrapper;
import org.apache.lucene.search.spans.SpanNearQuery;
import org.apache.lucene.search.spans.SpanOrQuery;
import org.apache.lucene.search.spans.SpanQuery;
import org.apache.lucene.search.spans.SpanTermQuery;

/**
 * Articles against many queries with Lucene: each article becomes a MemoryIndex, a map from terms to queries says which
 * queries to run on it. Arguments: a file of rules and one of articles, as lucene.py writes them. Then every line of
 * standard input asks for one pass over the articles, whose CPU time in nanoseconds and matches are answered.
 */
public final class MatchBench {
    private static final int FIELD_GAP = 1_000_000;

    /** No morphology: what a query finds is never more than what the rules find. */
    private static final Analyzer ANALYZER =
            new Analyzer() {
                @Override
                protected TokenStreamComponents createComponents(String field) {
                    StandardTokenizer tokens = new StandardTokenizer();
                    return new TokenStreamComponents(tokens, new LowerCaseFilter(tokens));
                }

                @Override
                public int getPositionIncrementGap(String field) {
                    return FIELD_GAP;
                }
            };

    /** A node of a rule: and, or, not, near, atleast, title, term, list. */
    private record Node(String kind, int number, List<Node> parts, String text) {}

    private record Article(String title, String text) {}

    private final Map<String, Node> lists = new HashMap<>();
    private final List<Node> rules = new ArrayList<>();
    private final List<Query> queries = new ArrayList<>();
    private final Map<String, int[]> triggers = new HashMap<>();
    private final Map<String, int[]> prefixTriggers = new HashMap<>();
    private final Set<Integer> prefixLengths = new TreeSet<>();
    private final MemoryIndex index = new MemoryIndex();

    public static void main(String[] arguments) throws IOException {
        List<Article> articles = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(arguments[1]))) {
            String[] fields = line.split(" ", -1);
            articles.add(new Article(decoded(fields[0]), decoded(fields[1])));
        }
        long before = usedMemory();
        long began = cpuTime();
        MatchBench bench = new MatchBench(Files.readAllLines(Path.of(arguments[0])));
        System.out.println((cpuTime() - began) + " " + (usedMemory() - before));
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (asked.readLine() != null) {
            long start = cpuTime();
            int matches = 0;
            for (Article article : articles) {
                matches += bench.matches(article);
            }
            System.out.println((cpuTime() - start) + " " + matches);
        }
    }

    private MatchBench(List<String> lines) throws IOException {
        for (String line : lines) {
            String[] parts = line.split(" ", 3);
            Node node = new RuleReader(parts[2]).node();
            if (parts[0].equals("list")) {
                lists.put(parts[1], node);
            } else {
                rules.add(node);
            }
        }
        Map<String, List<Integer>> whole = new HashMap<>();
        Map<String, List<Integer>> prefixes = new HashMap<>();
        for (int number = 0; number < rules.size(); number++) {
            queries.add(query(rules.get(number), "all"));
            for (String word : required(rules.get(number))) {
                boolean prefix = word.endsWith("*");
                (prefix ? prefixes : whole)
                        .computeIfAbsent(prefix ? stem(word) : word, key -> new ArrayList<>())
                        .add(number);
            }
        }
        whole.forEach((word, numbers) -> triggers.put(word, array(numbers)));
        prefixes.forEach((word, numbers) -> prefixTriggers.put(word, array(numbers)));
        prefixes.keySet().forEach(word -> prefixLengths.add(word.length()));
    }

    /** How many queries match the article. */
    private int matches(Article article) throws IOException {
        index.reset();
        index.addField("title", article.title, ANALYZER);
        index.addField("all", article.title, ANALYZER);
        index.addField("all", article.text, ANALYZER);
        IndexSearcher searcher = index.createSearcher();
        searcher.setQueryCache(null);
        var leaf = searcher.getIndexReader().leaves().get(0);
        int matches = 0;
        for (int number : candidates(leaf.reader().terms("all").iterator())) {
            var weight = searcher.createWeight(searcher.rewrite(queries.get(number)), ScoreMode.COMPLETE_NO_SCORES, 1);
            Scorer scorer = weight.scorer(leaf);
            if (scorer != null && scorer.iterator().nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                matches++;
            }
        }
        return matches;
    }

    /** The queries one of whose trigger words the article holds. */
    private Collection<Integer> candidates(org.apache.lucene.index.TermsEnum terms) throws IOException {
        Set<Integer> found = new HashSet<>();
        for (var bytes = terms.next(); bytes != null; bytes = terms.next()) {
            String word = bytes.utf8ToString();
            add(triggers.get(word), found);
            for (int length : prefixLengths) {
                if (length > word.length()) {
                    break;
                }
                add(prefixTriggers.get(word.substring(0, length)), found);
            }
        }
        return found;
    }

    private static void add(int[] numbers, Set<Integer> found) {
        if (numbers != null) {
            for (int number : numbers) {
                found.add(number);
            }
        }
    }

    /** Of the groups of words of which each match holds one, the one that is met most seldom. */
    private Set<String> required(Node node) throws IOException {
        switch (node.kind) {
            case "list":
                return required(lists.get(node.text));
            case "title":
                return required(node.parts.get(0));
            case "or":
                return any(node.parts);
            case "and":
            case "near":
                return rarest(node.parts);
            case "atleast":
                List<Set<String>> cheapest = new ArrayList<>();
                for (Node part : node.parts) {
                    cheapest.add(required(part));
                }
                cheapest.sort(Comparator.comparingDouble(this::cost));
                Set<String> words = new LinkedHashSet<>();
                cheapest.subList(0, node.parts.size() - node.number + 1).forEach(words::addAll);
                return words;
            case "term":
                List<String> terms = termWords(node);
                return Set.of(Collections.min(terms, Comparator.comparingDouble(word -> cost(Set.of(word)))));
            default:
                throw new IllegalArgumentException(node.kind);
        }
    }

    private Set<String> any(List<Node> parts) throws IOException {
        Set<String> words = new LinkedHashSet<>();
        for (Node part : parts) {
            words.addAll(required(part));
        }
        return words;
    }

    private Set<String> rarest(List<Node> parts) throws IOException {
        Set<String> best = null;
        for (Node part : parts) {
            if (!part.kind.equals("not")) {
                Set<String> words = required(part);
                best = best == null || cost(words) < cost(best) ? words : best;
            }
        }
        return best;
    }

    /** How often one of the words may be met, told by their length: as our own rules do, and Lucene's Monitor by default. */
    private double cost(Set<String> words) {
        return words.stream()
                .mapToDouble(word -> (word.endsWith("*") ? 4.0 : 1.0) / Math.pow(stem(word).length(), 2))
                .sum();
    }

    private Query query(Node node, String field) throws IOException {
        BooleanQuery.Builder together = new BooleanQuery.Builder();
        switch (node.kind) {
            case "list":
                return query(lists.get(node.text), field);
            case "title":
                return query(node.parts.get(0), "title");
            case "term":
                return term(node, field);
            case "near":
                SpanQuery[] sides = {span(node.parts.get(0), field), span(node.parts.get(1), field)};
                return new SpanNearQuery(sides, node.number, false);
            case "and":
                for (Node part : node.parts) {
                    boolean excluded = part.kind.equals("not");
                    Query query = query(excluded ? part.parts.get(0) : part, field);
                    together.add(query, excluded ? Occur.MUST_NOT : Occur.MUST);
                }
                return together.build();
            case "or":
            case "atleast":
                for (Node part : node.parts) {
                    together.add(query(part, field), Occur.SHOULD);
                }
                together.setMinimumNumberShouldMatch(Math.max(1, node.number));
                return together.build();
            default:
                throw new IllegalArgumentException(node.kind);
        }
    }

    private static Query term(Node node, String field) throws IOException {
        List<String> words = termWords(node);
        if (words.size() > 1) {
            return new PhraseQuery(field, words.toArray(String[]::new));
        }
        String word = words.get(0);
        return word.endsWith("*") ? new PrefixQuery(new Term(field, stem(word))) : new TermQuery(new Term(field, word));
    }

    private SpanQuery span(Node node, String field) throws IOException {
        switch (node.kind) {
            case "list":
                return span(lists.get(node.text), field);
            case "or":
                List<SpanQuery> spans = new ArrayList<>();
                for (Node part : node.parts) {
                    spans.add(span(part, field));
                }
                return new SpanOrQuery(spans.toArray(SpanQuery[]::new));
            case "term":
                List<SpanQuery> words = new ArrayList<>();
                for (String word : termWords(node)) {
                    Term term = new Term(field, stem(word));
                    words.add(
                            word.endsWith("*")
                                    ? new SpanMultiTermQueryWrapper<>(new PrefixQuery(term))
                                    : new SpanTermQuery(term));
                }
                return words.size() == 1 ? words.get(0) : new SpanNearQuery(words.toArray(SpanQuery[]::new), 0, true);
            default:
                throw new IllegalArgumentException(node.kind);
        }
    }

    /** The words of a term as they are indexed; one that is a prefix ends with *, and is a term's only word. */
    private static List<String> termWords(Node node) throws IOException {
        String text = node.text;
        List<String> words = analyzed(stem(text));
        if (text.endsWith("*") && words.size() == 1) {
            return List.of(words.get(0) + "*");
        }
        return words.isEmpty() ? List.of("") : words;
    }

    private static List<String> analyzed(String text) throws IOException {
        List<String> words = new ArrayList<>();
        try (TokenStream tokens = ANALYZER.tokenStream("all", text)) {
            CharTermAttribute word = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                words.add(word.toString());
            }
            tokens.end();
        }
        return words;
    }

    private static String stem(String word) {
        return word.endsWith("*") ? word.substring(0, word.length() - 1) : word;
    }

    private static int[] array(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static long cpuTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** A rule as lucene.py writes it: kind, number, how many parts, the parts; a term or a list has its text instead. */
    private static final class RuleReader {
        private final Iterator<String> tokens;

        RuleReader(String line) {
            tokens = List.of(line.split(" ")).iterator();
        }

        Node node() {
            String kind = tokens.next();
            int number = Integer.parseInt(tokens.next());
            int count = Integer.parseInt(tokens.next());
            if (count == 0) {
                return new Node(kind, number, List.of(), decoded(tokens.next()));
            }
            List<Node> parts = new ArrayList<>();
            while (parts.size() < count) {
                parts.add(node());
            }
            return new Node(kind, number, parts, "");
        }
    }
}
