defmodule Thumbnailer.Logged do
  @moduledoc false
  # What is logged of an instance, as messages to the test: an instance has its events told by another process, so nobody knows when
  # all is there.

  import ExUnit.Assertions

  @doc "Sends the test each event of the log, by a handler of OTP's logger that ends with it."
  def forward_log(%{test: name}) do
    :ok = :logger.add_handler(name, __MODULE__, %{config: self()})
    ExUnit.Callbacks.on_exit(fn -> :logger.remove_handler(name) end)
  end

  @doc "The callback of such a handler."
  def log(%{level: level, msg: {:string, text}, meta: meta}, %{config: test}),
    do: send(test, {:logged, level, IO.chardata_to_string(text), meta})

  def log(_other_form, _config), do: :ok

  @doc "The metadata of the first line of the instance that has the text; other instances log at the same time."
  def assert_logged(name, level, text) do
    receive do
      {:logged, ^level, line, meta} ->
        if of?(line, name) and line =~ text, do: meta, else: assert_logged(name, level, text)
    after
      10_000 -> flunk("the log has no #{level} of #{inspect(name)} with #{inspect(text)}")
    end
  end

  @doc "No such line has come, or comes at once."
  def refute_logged(name, level, text) do
    receive do
      {:logged, ^level, line, _meta} ->
        refute of?(line, name) and line =~ text
        refute_logged(name, level, text)
    after
      50 -> :ok
    end
  end

  defp of?(line, name), do: String.starts_with?(line, "thumbnailer #{inspect(name)}: ")
end
