defmodule Thumbnailer.Plug.OptionsTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Plug.Options

  @good [root: "/srv/images", sizes: [small: 200]]

  def somewhere(name), do: "/srv/" <> name

  test "each option that is wrong is named with its value and what it takes" do
    for {wrong, message} <- [
          {[root: nil], ~r/option :root must be a path, \{app, path\} or .*, got: nil/},
          {[sizes: []], ~r/option :sizes must be a keyword list such as/},
          {[sizes: [small: 0]], ~r/size :small: size must be 200/},
          {[sizes: [small: {200, qualty: 80}]],
           ~r/size :small: unknown option :qualty; did you mean :quality/},
          {[sizes: [small: {200, to: "a.jpg"}]], ~r/option :to does not belong here/},
          {[at: :thumbs], ~r/option :at must be a path/},
          {[formats: [:svg]], ~r/option :formats must be a list of .*:webp.*, got: \[:svg\]/},
          {[max_age: -1], ~r/option :max_age must be an integer from 0 to 31,536,000/},
          {[secret: "short"], ~r/option :secret must be a binary of 32 bytes or more/},
          {[siezs: []], ~r/unknown option :siezs; accepted are :root, :sizes/}
        ] do
      assert_raise ArgumentError, message, fn -> Options.cast!(Keyword.merge(@good, wrong)) end
    end

    assert_raise ArgumentError, "option :sizes is required", fn -> Options.cast!(root: "/srv") end
  end

  test "a size may have options, and all of them some in common" do
    opts = Options.cast!(@good ++ [options: [fit: :cover]])
    assert opts.sizes == [small: {200, []}]

    assert Options.cast!(Keyword.put(@good, :sizes, b: {{4, 3}, fit: :fill})).sizes ==
             [b: {{4, 3}, [fit: :fill]}]

    assert Options.cast!(Keyword.put(@good, :sizes, box: {400, 300})).sizes == [
             box: {{400, 300}, []}
           ]
  end

  test "a folder may be known only when the request comes" do
    assert Options.folder({__MODULE__, :somewhere, ["a"]}) == "/srv/a"

    assert_raise ArgumentError, ~r/a folder is what Function.identity\/1 yields/, fn ->
      Options.folder({Function, :identity, [nil]})
    end

    assert Options.folder({:thumbnailer, "priv/images"}) =~ ~r{/thumbnailer/priv/images$}
    assert Options.cast!(@good).root == "/srv/images"
  end

  test "what init yields can stand in a module attribute" do
    options = Options.cast!(@good ++ [secret: {__MODULE__, :somewhere, ["a"]}])
    {value, _} = Code.eval_quoted(Macro.escape(options))
    assert value == options
  end
end
