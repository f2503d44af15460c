defmodule Thumbnailer.Options.DefinitionTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Options.Definition

  @rows [
    %Definition{
      name: :quality,
      type: :integer,
      min: 1,
      max: 100,
      doc: "how good.",
      default_doc: "80"
    },
    %Definition{name: :enlarge, type: :boolean, default: false, doc: "whether it grows."},
    %Definition{
      name: :fit,
      type: :choice,
      choices: [:inside, :cover],
      default: :inside,
      doc: "how."
    },
    %Definition{name: :to, type: :path, doc: "where."},
    %Definition{name: :name, type: :name, doc: "who."},
    %Definition{name: :on, type: :instance, doc: "which."}
  ]

  defp cast(given),
    do: for({option, value} <- Definition.cast!(given, @rows), do: {option.name, value})

  test "accepted values come back in their order" do
    assert cast(fit: :cover, quality: 1, enlarge: true) == [
             fit: :cover,
             quality: 1,
             enlarge: true
           ]
  end

  test "a path is made absolute" do
    assert cast(to: "a/../b.jpg") == [to: Path.expand("b.jpg")]
  end

  test "an unknown name that is close to a known one is answered with that" do
    assert_raise ArgumentError, "unknown option :qualitty; did you mean :quality?", fn ->
      cast(qualitty: 3)
    end
  end

  test "an unknown name that is close to none is answered with all" do
    assert_raise ArgumentError,
                 ~r/unknown option :zzz; accepted are :quality, :enlarge, :fit/,
                 fn ->
                   cast(zzz: 3)
                 end
  end

  for {value, wrong} <- [quality: 0, quality: 101, quality: 50.0, quality: "50", quality: nil] do
    test "#{value} #{inspect(wrong)} is refused with the range" do
      message =
        "option :quality must be an integer from 1 to 100, got: #{inspect(unquote(wrong))}"

      assert_raise ArgumentError, message, fn -> cast([{unquote(value), unquote(wrong)}]) end
    end
  end

  test "a choice is refused with what there is to choose from" do
    assert_raise ArgumentError,
                 "option :fit must be one of :inside, :cover, got: :squash",
                 fn -> cast(fit: :squash) end
  end

  test "a boolean is true or false and nothing that is like it" do
    assert_raise ArgumentError, ~r/:enlarge must be true or false, got: nil/, fn ->
      cast(enlarge: nil)
    end
  end

  test "a path with a null byte, an empty one and a charlist are refused" do
    for wrong <- ["a\0b", "", ~c"a.jpg"] do
      assert_raise ArgumentError, ~r/option :to must be the path of a file/, fn ->
        cast(to: wrong)
      end
    end
  end

  test "a path that is not UTF-8 is accepted" do
    assert cast(to: <<"/tmp/", 255, ".jpg">>) == [to: <<"/tmp/", 255, ".jpg">>]
  end

  test "an instance may be on another node, but not be named so" do
    assert cast(on: {Thumbs, :there@host}) == [on: {Thumbs, :there@host}]
    assert cast(on: {:global, :thumbs}) == [on: {:global, :thumbs}]
    assert cast(name: {:via, Registry, {R, 1}}) == [name: {:via, Registry, {R, 1}}]

    assert_raise ArgumentError, ~r/option :name must be/, fn ->
      cast(name: {Thumbs, :there@host})
    end
  end

  test "an option that is given twice is refused" do
    assert_raise ArgumentError, "option :quality is given more than once", fn ->
      cast(quality: 1, quality: 2)
    end
  end

  test "options that are no keyword list are refused" do
    for wrong <- [%{quality: 1}, [:quality], "quality"] do
      assert_raise ArgumentError, ~r/options must be a keyword list/, fn -> cast(wrong) end
    end
  end

  test "flags are read as their type" do
    [quality, _enlarge, fit | _] = @rows
    assert Definition.parse(quality, "80") == {:ok, 80}
    assert Definition.parse(quality, "80x") == :error
    assert Definition.parse(quality, "101") == :error
    assert Definition.parse(fit, "cover") == {:ok, :cover}
    assert Definition.parse(fit, "squash") == :error
  end

  test "the documentation names type, range and default of each row" do
    docs = Definition.docs(@rows)
    assert docs =~ "`:quality` - how good. An integer from 1 to 100. Default: 80."
    assert docs =~ "`:fit` - how. One of :inside, :cover. Default: `:inside`."
    assert docs =~ "`:enlarge` - whether it grows. True or false. Default: `false`."
  end
end
