defmodule Thumbnailer.Documents.PublishedTest do
  # What ExDoc makes of the documents has no page that takes another's place, no link and no picture that leads nowhere.
  use ExUnit.Case, async: true

  alias Thumbnailer.{Documents, Published}

  test "no two pages have the same name, where upper and lower case are the same, too" do
    names = Enum.map(Published.pages(), &String.downcase/1)
    assert names -- Enum.uniq(names) == []
  end

  for %{path: document} <- Published.extras(), Path.extname(document) != "" do
    test "the links and pictures of #{document} lead somewhere when it is published" do
      lost =
        for {target, line} <- Documents.links(unquote(document)),
            why = Published.lost(unquote(document), target),
            do: "#{unquote(document)}:#{line}: #{target}: #{why}"

      assert lost == []
    end
  end

  test "a link that would lead to another page is found" do
    assert Published.lost("README.md", "samples/README.md") == "it becomes a link to README.md"
    assert Published.lost("docs/plug.md", "../port/main.cpp") == "no asset is there"
    assert Published.lost("docs/plug.md", "nothing.md") == "no page is made of it"
    assert Published.lost("docs/plug.md", "protocol.md#no-such") == "ExDoc makes no such anchor"
    assert Published.lost("docs/plug.md", "protocol.md#what-stays") == nil
  end

  test "the documentation of public modules speaks of no hidden module or function" do
    hidden = for {module, :hidden, _} <- Thumbnailer.Public.modules(), do: inspect(module)

    named =
      for {module, %{"en" => text}, _functions} <- Thumbnailer.Public.modules(),
          [_, name] <- Regex.scan(~r/`(?:m:)?(Thumbnailer(?:\.[A-Z]\w*)+)/, text),
          name in hidden,
          do: {inspect(module), name}

    assert named == []
  end
end
