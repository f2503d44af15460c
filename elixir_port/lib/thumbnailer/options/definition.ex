defmodule Thumbnailer.Options.Definition do
  @moduledoc false
  # One row of an option table: its name, its type and its text.
  # Checks and documentation are made from the same row, so they cannot differ.

  alias Thumbnailer.Keywords
  alias Thumbnailer.Options.{Flag, Nearest, Type}

  # What other libraries call it, where no near name would lead there. Several, for the option may not belong where it was given.
  @elsewhere %{
    upscale: [:enlarge],
    withoutEnlargement: [:enlarge],
    deadline: [:timeout],
    anchor: [:gravity],
    position: [:gravity],
    resize: [:fit],
    mode: [:fit],
    strip: [:metadata],
    strip_metadata: [:metadata],
    exif: [:metadata],
    type: [:format],
    extension: [:format],
    output: [:to],
    path: [:to],
    dest: [:to],
    watermark: [:overlay],
    mirror: [:flip],
    radius: [:round],
    corners: [:round],
    instance: [:on],
    concurrency: [:max_concurrency, :workers],
    pool_size: [:workers],
    size: [:workers]
  }

  defstruct [
    :name,
    # the name on the wire or the command line flag of the port program; nil stays in the library
    :wire,
    # :call (which instance), :request, :size (the second argument of make/3), :output, :async, :stream or :instance
    :scope,
    # one of those in Thumbnailer.Options.Type
    :type,
    :min,
    :max,
    :default,
    :doc,
    choices: [],
    # other spellings: of the name, and of choices as `other: :choice`; the wire has one of each
    spellings: [],
    choice_spellings: [],
    # the text in place of the default, if the default depends on something
    default_doc: nil
  ]

  @type t :: %__MODULE__{}

  @doc "A row for an option of one output, with the same name on the wire."
  @spec output(atom, atom, String.t(), keyword) :: t
  def output(name, type, doc, more) do
    struct!(
      %__MODULE__{name: name, wire: name, scope: :output, type: type, doc: doc},
      more
    )
  end

  @doc "Checks every pair of `given` against `rows`; raises `ArgumentError` for the first that is wrong."
  @spec cast!(keyword, [t]) :: [{t, term}]
  def cast!(given, rows) do
    found = for {name, value} <- Keywords.keyword!(given), do: {find!(name, rows), value}
    Keywords.refuse_twice!(for({option, _value} <- found, do: option.name), "option")
    for {option, value} <- found, do: {option, check!(option, value)}
  end

  @doc "All names of an option: its name and its other spellings."
  @spec names(t) :: [atom]
  def names(option), do: [option.name | option.spellings]

  @doc "The row called `name`; raises and suggests the nearest name if there is none."
  @spec find!(atom, [t]) :: t
  def find!(name, rows) do
    Enum.find(rows, &(name in names(&1))) ||
      raise ArgumentError, "unknown option #{inspect(name)}#{suggestion(name, rows)}"
  end

  @doc "The value as the rest of the library uses it; raises when the row does not accept it."
  @spec check!(t, term) :: term
  def check!(%__MODULE__{} = option, value) do
    case Type.cast(option, value) do
      {:ok, value} ->
        value

      :error ->
        raise ArgumentError,
              "option #{inspect(option.name)} must be #{accepts(option)}, got: #{inspect(value)}" <>
                hint(option, value)
    end
  end

  @doc "The option as switches of `OptionParser`, one for each of its names."
  @spec switches(t) :: keyword(:boolean | :string)
  def switches(option) do
    type = if option.type == :boolean, do: :boolean, else: :string
    for name <- names(option), do: {name, type}
  end

  @doc "Reads the value of a command line flag; `:error` when the row does not accept it."
  @spec parse(t, String.t() | boolean) :: {:ok, term} | :error
  defdelegate parse(option, text), to: Flag

  @doc "What a value must be, as the end of a sentence."
  @spec accepts(t) :: String.t()
  defdelegate accepts(option), to: Type

  @doc "A Markdown list of `rows`; `example` returns code for the name of a row, or an empty string."
  @spec docs([t], (atom -> String.t())) :: String.t()
  def docs(rows, example \\ fn _name -> "" end) do
    Enum.map_join(rows, "\n", fn option ->
      "  * `:#{option.name}` - #{describe(option)}" <>
        case example.(option.name) do
          "" -> ""
          code -> " Example: `#{code}`"
        end
    end)
  end

  @doc "The effect, the accepted values and the default of the option, as sentences; the first has no capital."
  @spec describe(t) :: String.t()
  def describe(option),
    do: "#{option.doc} #{capitalise(accepts(option))}.#{spellings(option)} #{default_doc(option)}"

  defp spellings(%{spellings: []}), do: ""
  defp spellings(%{spellings: names}), do: " Also spelled #{list(names, &"`#{inspect(&1)}`")}."

  defp default_doc(%{default_doc: text}) when is_binary(text), do: "Default: #{text}."
  defp default_doc(%{default: nil}), do: "Default: none."
  defp default_doc(%{default: default}), do: "Default: `#{inspect(default)}`."

  defp hint(%{type: :choice, choices: choices}, value) when is_atom(value) do
    meant = Nearest.find(value, choices)
    if meant, do: "; did you mean #{inspect(meant)}?", else: ""
  end

  defp hint(%{type: :colour}, name) when is_binary(name) and name != "" do
    if name =~ ~r/^[a-z]+$/i, do: "; a colour has numbers, white is \"#ffffff\"", else: ""
  end

  defp hint(_option, _value), do: ""

  defp suggestion(name, rows) do
    names = Enum.flat_map(rows, &names/1)
    meant = Enum.find(Map.get(@elsewhere, name, []), &(&1 in names)) || Nearest.find(name, names)

    if meant,
      do: "; did you mean #{inspect(meant)}?",
      else: "; accepted are " <> list(names, &inspect/1)
  end

  defp list(items, show), do: Enum.map_join(items, ", ", show)
  defp capitalise(<<first::utf8, rest::binary>>), do: String.upcase(<<first::utf8>>) <> rest
end
